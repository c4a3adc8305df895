import { type Check, type Deviation, type NotChecked, shown } from './check.ts';
import { type Exchange, isObject } from './exchange.ts';
import type { Transcript } from './transcript.ts';

interface Kind {
  readonly name: string;
  readonly fits: (value: unknown) => boolean;
}

const timestampPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** What a documented field can be. */
export const kinds = {
  text: { name: 'a string', fits: (value) => typeof value === 'string' },
  id: { name: 'a string that is not empty', fits: (value) => typeof value === 'string' && value !== '' },
  timestamp: {
    name: 'a time in ISO 8601 with its zone, such as 2024-01-01T00:00:00Z',
    fits: (value) => typeof value === 'string' && timestampPattern.test(value) && !Number.isNaN(Date.parse(value)),
  },
  count: { name: 'an integer of at least 0', fits: (value) => Number.isSafeInteger(value) && Number(value) >= 0 },
} as const satisfies Record<string, Kind>;

/** Documented fields and what they are. */
export type Fields = Readonly<Record<string, keyof typeof kinds>>;

export const userFields: Fields = { id: 'id', name: 'text', email: 'text', created_at: 'timestamp' };
export const projectFields: Fields = { id: 'id', name: 'text', description: 'text', created_at: 'timestamp' };
export const metaFields: Fields = { current_page: 'count', total_pages: 'count', total_count: 'count' };

/** A value that should be an object with the documented fields. */
export interface Candidate {
  readonly exchange: Exchange;
  readonly value: unknown;
}

/** One check for each documented field. */
export function fieldChecks(
  prefix: string,
  what: string,
  fields: Fields,
  candidatesIn: (transcript: Transcript) => readonly Candidate[],
): Check[] {
  return Object.entries(fields).map(([name, kindName]) => {
    const kind = kinds[kindName];
    return {
      id: `${prefix}.${name}`,
      says: `The \`${name}\` of ${what} is ${kind.name}.`,
      judge: (transcript): Deviation | NotChecked | undefined => {
        const candidates = candidatesIn(transcript);
        if (candidates.length === 0) return { reason: `The server returned no ${what.replace(/^an? /, '')}.` };
        for (const { exchange, value } of candidates) {
          const field = isObject(value) ? value[name] : undefined;
          if (!kind.fits(field)) return { problem: `\`${name}\` is ${shown(field)}.`, exchange };
        }
        return undefined;
      },
    };
  });
}
