import tab from '@bomb.sh/tab/commander';
import { Argument, Command, Option } from 'commander';
import { version } from '../../package.json';
import type { ListenOptions } from './listen.ts';
import type { LogsOptions } from './logs.ts';
import {
  apiToken,
  hostNames,
  httpUrl,
  httpUrls,
  json,
  jsonFile,
  names,
  origins,
  rateLimit,
  wholeNumber,
} from './option-values.ts';
import { resources } from '../resources/index.ts';
import type { CommandIO } from './process-io.ts';
import type { ServeOptions } from './serve.ts';
import type { TriggerOptions } from './trigger.ts';

const serverOption = () =>
  new Option('--server <url>', 'sandbox to talk to (default: EXAMPLE_BASE_URL, or http://127.0.0.1:4010)').argParser(
    httpUrl,
  );

/**
 * The commands and their options. Each command loads its code when it runs, so that the others start faster.
 *
 * @param done Gets the exit code of the command.
 */
export function createProgram(io: CommandIO, done: (exitCode: number) => void): Command {
  const program = new Command('example-sandbox')
    .description('Runs a local copy of the Example API. You need no account and no network.')
    .version(version, '-v, --version', 'show the version of @example/sandbox')
    .helpOption('-h, --help', 'show this help')
    .enablePositionalOptions()
    // Another word than a command gets a message of its own.
    .allowExcessArguments()
    .configureOutput({ writeOut: (text) => io.out.text(text), writeErr: (text) => io.error.text(text) })
    .showHelpAfterError('Run example-sandbox --help to list the commands and options.')
    .exitOverride()
    .addOption(
      new Option('-p, --port <n>', 'TCP port to listen on; 0 picks a free one')
        .argParser(wholeNumber(65_535))
        .default(4010),
    )
    .option(
      '--host <address>',
      'address to listen on; any other than the default also exposes the dashboard to other machines',
      '127.0.0.1',
    )
    .addOption(
      new Option('--allowed-host <name>', 'name that it is reached by, besides localhost; can be repeated').argParser(
        hostNames,
      ),
    )
    .addOption(
      new Option('--cors <origin>', 'origin whose pages may use it, besides local ones; can be repeated').argParser(
        origins,
      ),
    )
    .addOption(new Option('--token <token>', 'API token to accept (default: a new one)').argParser(apiToken))
    .addOption(new Option('--seed <file>', 'JSON file with records and webhooks to start with').argParser(jsonFile))
    .addOption(new Option('--webhook <url>', 'webhook to register; can be repeated').argParser(httpUrls))
    .addOption(
      new Option('--rate-limit <n/t>', 'requests per token and time window')
        .argParser(rateLimit)
        .default({ limit: 100, window: 60_000 }, '100/60s'),
    )
    .addOption(new Option('--latency <ms>', 'delay before each response').argParser(wholeNumber(600_000)).default(0))
    .option('--data <file>', 'file to store the state in (default: memory)')
    .option('--quiet', 'print no line for each request')
    .option('--json', 'print one JSON object a line')
    .action(async (options: ServeOptions, { args: [unknown] }: Command) => {
      if (unknown !== undefined) program.error(`error: unknown command '${unknown}'`, { exitCode: 2 });
      const { serve } = await import('./serve.ts');
      done(await serve(options, io));
    });

  for (const { name, initial } of resources) {
    program.addOption(
      new Option(`--${name} <n>`, `number of sample ${name} (default: ${initial})`).argParser(wholeNumber(1_000_000)),
    );
  }

  program
    .command('listen')
    .description('forward events of a running sandbox to a server under development')
    .addOption(new Option('--forward-to <url>', 'URL of the server').argParser(httpUrl).makeOptionMandatory())
    .addOption(new Option('--events <names>', 'events to forward, separated by commas (default: all)').argParser(names))
    .option('--secret <whsec_…>', 'signing secret (default: EXAMPLE_WEBHOOK_SECRET, or a random one)')
    .addOption(serverOption())
    .option('--json', 'print one JSON object a line')
    .action(async (options: ListenOptions) => {
      const { listen } = await import('./listen.ts');
      done(await listen(options, io));
    });

  program
    .command('trigger')
    .description('send one signed event to the webhooks of a running sandbox, or to a URL')
    .addArgument(new Argument('<event>', 'name of the event, such as user.created'))
    .addOption(
      new Option('--payload <json>', "the event's data (default: the example in the API reference)").argParser(json),
    )
    .option('--wait', 'wait for the retries')
    .addOption(serverOption())
    .addOption(new Option('--to <url>', 'send it to this URL instead, without a sandbox').argParser(httpUrl))
    .option('--secret <whsec_…>', 'signing secret for --to (default: EXAMPLE_WEBHOOK_SECRET)')
    .action(async (event: string, options: TriggerOptions) => {
      const { trigger } = await import('./trigger.ts');
      done(await trigger(event, options, io));
    });

  program
    .command('logs')
    .description('print the latest requests of a running sandbox')
    .option('-f, --follow', 'go on with each new request')
    .addOption(new Option('--limit <n>', 'number of past requests').argParser(wholeNumber(10_000)).default(20))
    .option('--status <status>', 'only this status, such as 404, 5xx, injected or aborted')
    .option('--method <method>', 'only this method')
    .option('--path <text>', 'only paths with this text')
    .addOption(serverOption())
    .option('--json', 'print each request as JSON, with its response')
    .action(async (options: LogsOptions) => {
      const { logs } = await import('./logs.ts');
      done(await logs(options, io));
    });

  for (const command of program.commands)
    command.helpOption('-h, --help', 'show this help').copyInheritedSettings(program).allowExcessArguments(false);
  tab(program, { completionCommandName: 'completion' });
  program.commands
    .find((command) => command.name() === 'completion')
    ?.description('print a script that completes commands and options in your shell');
  return program;
}
