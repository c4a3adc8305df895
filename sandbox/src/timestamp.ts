/** ISO 8601 in UTC, in whole seconds, as the reference writes it: `2024-01-01T00:00:00Z`. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
