export { http, HttpResponse } from 'msw';
import { createSandbox } from '@example/sandbox';

export { createSandbox };
export const sandbox = createSandbox();
