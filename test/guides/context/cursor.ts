import { client } from './any-guide.ts';

/** From the first page of a walk that has stopped there. */
export const { cursor } = await client.projects.list();
