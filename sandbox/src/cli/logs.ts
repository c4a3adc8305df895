import { requestSchema } from '../control/schemas.ts';
import * as z from 'zod/mini';
import { ControlClient, serverUrl } from './control-client.ts';
import { requestLine } from './log-lines.ts';
import type { CommandIO } from './process-io.ts';
import { stopSignal } from './stop-signal.ts';

/** Options of `logs`. */
export interface LogsOptions {
  readonly server?: string;
  readonly follow?: boolean;
  readonly json?: boolean;
  readonly limit: number;
  readonly status?: string;
  readonly method?: string;
  readonly path?: string;
}

/** Prints the latest requests of a sandbox that runs, and with `--follow` each new one. */
export async function logs(options: LogsOptions, io: CommandIO): Promise<number> {
  const { follow = false, json = false, limit, status, method, path } = options;
  const signal = stopSignal(io);
  const control = await ControlClient.connect(serverUrl(options.server, io.env), signal);
  const filter = Object.entries({ status, method, path }).filter((entry) => entry[1] !== undefined);
  const query = (more: Record<string, string> = {}) =>
    // The filter left out what is undefined.
    new URLSearchParams({ ...(Object.fromEntries(filter) as Record<string, string>), ...more }).toString();
  const print = (request: z.infer<typeof requestSchema>) => {
    if (json) io.out.json(request);
    else io.out.line(...requestLine(request));
  };

  const page = z.object({ data: z.array(requestSchema) });
  const printed = new Set<string>();
  const printPast = async () => {
    if (limit === 0) return;
    const { data } = await control.send(page, 'GET', `/requests?${query({ limit: String(limit) })}`);
    for (const request of data) {
      printed.add(request.id);
      print(request);
    }
  };
  if (!follow) {
    await printPast();
    return 0;
  }
  // Connected first, so that no request is lost between the two.
  const stream = await control.stream(requestSchema, 'GET', `/streams/requests?${query()}`);
  await printPast();
  for await (const request of stream) {
    if (!printed.delete(request.id)) print(request);
  }
  return signal.aborted ? 0 : serverEnded(io, control.origin);
}

function serverEnded(io: CommandIO, origin: string): number {
  io.error.line(`The sandbox at ${origin} has stopped.`);
  return 1;
}
