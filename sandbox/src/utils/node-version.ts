/** What to tell someone whose Node.js lacks features that the sandbox uses. `package.json` has the same limit. */
export function unsupportedVersion(node: string): string | undefined {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 12)) return undefined;
  return `@example/sandbox needs Node.js 22.12 or later. This is Node.js ${node}.`;
}
