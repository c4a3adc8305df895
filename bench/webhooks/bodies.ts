/**
 * What most of a body consists of. Parsing is nearly free for one long text, and most of the work for many small
 * records.
 */
export type Shape = 'one long text' | 'many small records';

/** An event of about `bytes` bytes. */
export function bodyOf(shape: Shape, bytes: number): string {
  const event = {
    event: 'user.created',
    data: { id: 'user_123', name: 'John Doe', email: 'john@example.com' },
    timestamp: '2024-01-01T00:00:00Z',
  };
  const missing = bytes - JSON.stringify(event).length;
  const filling =
    shape === 'one long text'
      ? { about: 'Likes long walks. '.repeat(Math.ceil(missing / 18)).slice(0, missing - 11) }
      : { groups: Array.from({ length: Math.ceil(missing / 71) }, (_, index) => record(index)) };
  return JSON.stringify({ ...event, data: { ...event.data, ...filling } });
}

const record = (index: number): unknown => ({
  id: `group_${index}`,
  name: `Group ${index}`,
  role: 'member',
  since: 2024,
});
