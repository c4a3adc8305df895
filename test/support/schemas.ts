// Every schema that responses and events are checked with, for a bundle of its own.
import { pageBodySchema } from '../../src/pagination/page-body.ts';
import { projectSchema } from '../../src/resources/projects.ts';
import { userSchema } from '../../src/resources/users.ts';
import { eventSchemas, unknownEventSchema } from '../../src/webhooks/event-issues.ts';

export { findIssues } from '../../src/http/validation.ts';

export const schemas = {
  user: userSchema,
  project: projectSchema,
  page: pageBodySchema(projectSchema),
  event: eventSchemas['user.created'],
  'event of another kind': unknownEventSchema,
};
