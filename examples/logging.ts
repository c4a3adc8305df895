// Log lines of the SDK in pino, winston and the console. Set EXAMPLE_API_TOKEN (and EXAMPLE_BASE_URL for the local API).
import { Client } from '@example/sdk';
import { pino } from 'pino';
import { createLogger, format, transports } from 'winston';

const loggers = {
  pino: pino({ level: 'debug' }), // {"level":20,…,"callId":"call_1","route":"/users","status":201,"msg":"…"}
  winston: createLogger({ level: 'debug', format: format.json(), transports: [new transports.Console()] }),
  console, // the message, and an object with the fields
};

const client = new Client();
for (const [name, logger] of Object.entries(loggers)) {
  const logging = client.withOptions({ logger, logLevel: 'debug' });
  // The line of the request shows the body without the password, and the headers without the token.
  await logging.users.create({ name, email: `${name}+${Date.now()}@example.com`, password: 'analytical-engine' });
}
