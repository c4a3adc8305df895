import { client } from './client.ts';
import { listProjects } from './projects.ts';
import { showRateLimit } from './rate-limit.ts';

listProjects(client);
showRateLimit(client);
