import { inspect } from 'node:util';

/** Everything that a program could print of a value. */
export function printed(value: unknown): string {
  const deep = { depth: 20, showHidden: true, getters: true } as const;
  const own = typeof value === 'object' && value !== null ? Object.values(Object.getOwnPropertyDescriptors(value)) : [];
  return [
    inspect(value, deep),
    inspect(value),
    String(value),
    JSON.stringify(value),
    value instanceof Error ? value.stack : '',
    ...own.map((property: PropertyDescriptor) => inspect(property.value, deep)),
    value instanceof Error && value.cause !== undefined ? printed(value.cause) : '',
  ].join('\n');
}
