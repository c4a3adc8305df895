import type { RecordedRequest } from '../state/recorded-request.ts';
import { connect, serverUrl } from './control-client.ts';
import { requestLines } from './log-lines.ts';
import { type CommandIO, stopSignal } from './process-io.ts';

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
  const control = await connect(serverUrl(options.server, io.env), signal);
  const filter = new URLSearchParams();
  for (const [name, value] of Object.entries({ status, method, path }))
    if (value !== undefined) filter.set(name, value);
  const print = (request: RecordedRequest) => {
    if (json) io.out.json(request);
    else io.out.lines(requestLines(request, io.out.columns));
  };

  // Connected first, so that no request is lost between the two.
  const stream = follow
    ? await control.stream<RecordedRequest>('GET', `/streams/requests?${filter.toString()}`)
    : undefined;
  const printed = new Set<string>();
  if (limit > 0) {
    const target = `/requests?${filter.toString()}&limit=${limit}`;
    const { data } = await control.send<{ data: readonly RecordedRequest[] }>('GET', target);
    for (const request of data) {
      printed.add(request.id);
      print(request);
    }
  }
  if (stream === undefined) return 0;
  for await (const request of stream) {
    if (!printed.delete(request.id)) print(request);
  }
  if (signal.aborted) return 0;
  io.error.line(`The sandbox at ${control.origin} has stopped.`);
  return 1;
}
