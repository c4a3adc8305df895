// What readers of the guides have in programs of their own when they copy a block.
import * as z from 'zod';
import { Client, type UserCreateParams } from '@example/sdk';

export { Client };
export const client = new Client();
export const params: UserCreateParams = { name: 'Ada', email: 'ada@example.com', password: 'secure_password' };
export const id = 'user_123';
export const ids = ['user_123', 'user_124', 'user_123'];
export const rows = new Map<string, string>();
export const signup = { id: 'signup_1' };
export const teamSchema = z.object({ id: z.string(), name: z.string() });
export const tokenFromVisitor = process.env['EXAMPLE_API_TOKEN'] ?? '';
export const request = new Request('https://example.com');
export const metrics = {
  increment: (name: string, tags: object) => console.log(name, tags),
  timing: (name: string, milliseconds: number, tags: object) => console.log(name, milliseconds, tags),
};
export const save = (items: object, cursor?: string) => console.log('saved', cursor ?? items);
export const load = (): string | undefined => undefined;
export const show = (message: unknown) => console.log(message);
export const fetchToken = () => Promise.resolve(process.env['EXAMPLE_API_TOKEN'] ?? '');
