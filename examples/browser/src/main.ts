import { sendBurst } from './burst.ts';
import { client } from './client.ts';
import { createUsers } from './new-user.ts';
import { listProjects } from './projects.ts';
import { showRateLimit } from './rate-limit.ts';

listProjects(client);
showRateLimit(client);
sendBurst(client);
createUsers(client);
