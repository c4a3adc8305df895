// Every schema that responses and events are checked with, for a bundle of its own.
import { pageBodySchema } from '../../src/pagination/page-body.ts';
import { projectSchema } from '../../src/resources/projects.ts';
import { userSchema } from '../../src/resources/users.ts';
import { literal, looseObject, text, unknown } from '../../src/schema.ts';

export { findIssues } from '../../src/http/validation.ts';

export const schemas = {
  user: userSchema,
  project: projectSchema,
  page: pageBodySchema(projectSchema),
  event: looseObject({ event: literal('user.created'), data: userSchema, timestamp: text }),
  'event of another kind': looseObject({ event: text, data: unknown, timestamp: text }),
};
