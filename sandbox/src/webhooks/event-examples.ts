import openapi from '../../openapi.json';

const documented = Object.entries(openapi.webhooks);

/** Example data of the documented events, by name. */
export const eventExamples: ReadonlyMap<string, object> = new Map(
  documented.map(([name, { post }]) => [name, post.requestBody.content['application/json'].example.data]),
);
