import { found } from '../http/failure.ts';
import { newTokenSchema, someProjectFieldsSchema, someUserFieldsSchema } from '../state/sandbox-state.ts';
import { type ControlServices, operation } from './operation.ts';
import { createdTokenSchema, listOf, projectSchema, tokenSchema, userSchema } from './schemas.ts';

const userOperations = [
  operation({
    operationId: 'listUsers',
    tag: 'Users',
    method: 'GET',
    path: '/users',
    summary: 'Lists all users, oldest first',
    response: { status: 200, description: 'The users.', schema: listOf(userSchema) },
    handle: ({ state }) => ({ data: state.users.list() }),
  }),
  operation({
    operationId: 'createUser',
    tag: 'Users',
    method: 'POST',
    path: '/users',
    summary: 'Creates a user and sends `user.created`',
    description: 'Missing fields get sample values.',
    body: someUserFieldsSchema,
    response: { status: 201, description: 'The new user.', schema: userSchema },
    failures: [409],
    handle: ({ state, body }) => state.users.create(body),
  }),
  operation({
    operationId: 'getUser',
    tag: 'Users',
    method: 'GET',
    path: '/users/{id}',
    summary: 'Gets a user',
    response: { status: 200, description: 'The user.', schema: userSchema },
    failures: [404],
    handle: ({ state, id }) => found(state.users.get(id), 'user', id),
  }),
  operation({
    operationId: 'updateUser',
    tag: 'Users',
    method: 'PATCH',
    path: '/users/{id}',
    summary: 'Changes a user',
    body: someUserFieldsSchema,
    response: { status: 200, description: 'The changed user.', schema: userSchema },
    failures: [404, 409],
    handle: ({ state, id, body }) => state.users.update(id, body),
  }),
  operation({
    operationId: 'deleteUser',
    tag: 'Users',
    method: 'DELETE',
    path: '/users/{id}',
    summary: 'Deletes a user',
    response: { status: 204, description: 'The user is deleted.' },
    failures: [404],
    handle: ({ state, id }) => found(state.users.delete(id) || undefined, 'user', id),
  }),
];

const projectOperations = [
  operation({
    operationId: 'listProjects',
    tag: 'Projects',
    method: 'GET',
    path: '/projects',
    summary: 'Lists all projects, oldest first',
    response: { status: 200, description: 'The projects.', schema: listOf(projectSchema) },
    handle: ({ state }) => ({ data: state.projects.list() }),
  }),
  operation({
    operationId: 'createProject',
    tag: 'Projects',
    method: 'POST',
    path: '/projects',
    summary: 'Creates a project',
    description: 'Missing fields get sample values; the status is `active` by default.',
    body: someProjectFieldsSchema,
    response: { status: 201, description: 'The new project.', schema: projectSchema },
    handle: ({ state, body }) => state.projects.create(body),
  }),
  operation({
    operationId: 'getProject',
    tag: 'Projects',
    method: 'GET',
    path: '/projects/{id}',
    summary: 'Gets a project',
    response: { status: 200, description: 'The project.', schema: projectSchema },
    failures: [404],
    handle: ({ state, id }) => found(state.projects.get(id), 'project', id),
  }),
  operation({
    operationId: 'updateProject',
    tag: 'Projects',
    method: 'PATCH',
    path: '/projects/{id}',
    summary: 'Changes a project',
    body: someProjectFieldsSchema,
    response: { status: 200, description: 'The changed project.', schema: projectSchema },
    failures: [404],
    handle: ({ state, id, body }) => state.projects.update(id, body),
  }),
  operation({
    operationId: 'deleteProject',
    tag: 'Projects',
    method: 'DELETE',
    path: '/projects/{id}',
    summary: 'Deletes a project',
    response: { status: 204, description: 'The project is deleted.' },
    failures: [404],
    handle: ({ state, id }) => found(state.projects.delete(id) || undefined, 'project', id),
  }),
];

const tokenOperations = [
  operation({
    operationId: 'listTokens',
    tag: 'Tokens',
    method: 'GET',
    path: '/tokens',
    summary: 'Lists the API tokens with their rate limits, oldest first',
    response: { status: 200, description: 'The tokens.', schema: listOf(tokenSchema) },
    handle: (services) => ({ data: tokens(services) }),
  }),
  operation({
    operationId: 'createToken',
    tag: 'Tokens',
    method: 'POST',
    path: '/tokens',
    summary: 'Creates an API token, with a budget of its own',
    description: 'Tests that run in parallel can each use a token. Without `token`, the token is random.',
    body: newTokenSchema,
    response: { status: 201, description: 'The new token.', schema: createdTokenSchema },
    failures: [409],
    handle: ({ state, body }) => state.tokens.create(body.name, body.token),
  }),
  operation({
    operationId: 'getToken',
    tag: 'Tokens',
    method: 'GET',
    path: '/tokens/{id}',
    summary: 'Gets an API token with its rate limit',
    response: { status: 200, description: 'The token.', schema: tokenSchema },
    failures: [404],
    handle: (services) =>
      found(
        tokens(services).find(({ id }) => id === services.id),
        'token',
        services.id,
      ),
  }),
  operation({
    operationId: 'revokeToken',
    tag: 'Tokens',
    method: 'DELETE',
    path: '/tokens/{id}',
    summary: 'Revokes an API token',
    response: { status: 204, description: 'The API refuses the token with a 401.' },
    failures: [404],
    handle: ({ state, id }) => found(state.tokens.revoke(id) || undefined, 'token', id),
  }),
];

function tokens({ state, windows, clock }: ControlServices) {
  return state.tokens.list().map((token) => ({ ...token, rate_limit: windows.status(token.id, clock.now()) }));
}

/** Operations on users, projects and tokens. */
export const dataOperations = [...userOperations, ...projectOperations, ...tokenOperations];
