import { Command, CommanderError, Option } from 'commander';
import { version } from '../../package.json';
import { failureOf } from '../http/failure.ts';
import { resources } from '../resources/index.ts';
import { messageOf } from '../utils/json.ts';
import * as read from './option-values.ts';
import { CommandError, type CommandIO, type ProcessIO } from './process-io.ts';
import type { ServeOptions } from './serve.ts';
import { Terminal } from './terminal.ts';
import type { TriggerOptions } from './trigger.ts';

/** Runs a command to its end. Returns the exit code: 0 on success, 1 on failure. */
export async function run(args: readonly string[], process: ProcessIO): Promise<number> {
  const io: CommandIO = { ...process, out: new Terminal(process.out), error: new Terminal(process.error) };
  let exitCode = 0;
  try {
    await createProgram(io, (code) => (exitCode = code)).parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // It has printed what is wrong; help and version are no failures.
    if (error instanceof CommanderError) return error.exitCode;
    const isBug = !(error instanceof CommandError) && failureOf(error) === undefined;
    if (isBug) throw error;
    io.error.text(messageOf(error));
    return 1;
  }
}

const rateLimit = new Option('--rate-limit <n/t>', 'requests per token and time window')
  .argParser(read.rateLimit)
  .default({ limit: 100, window: 60_000 }, '100/60s');

/** Commands to copy, below the options. */
const examples = (...commands: readonly string[]) =>
  ['\nExamples:', ...commands.map((command) => `  npx @example/sandbox ${command}`.trimEnd())].join('\n');

/**
 * The commands and their options. Each command loads its code when it runs, so that the others start faster.
 *
 * @param done Gets the exit code of the command.
 */
function createProgram(io: CommandIO, done: (exitCode: number) => void): Command {
  const program = new Command('npx @example/sandbox')
    .description('Run a local copy of the Example API. You need no account and no network.')
    .version(version, '-v, --version', 'show the version of @example/sandbox')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'Show the help of a command')
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => io.out.text(text),
      writeErr: (text) => io.error.text(text),
      getOutHelpWidth: () => io.out.columns ?? 80,
      getErrHelpWidth: () => io.error.columns ?? 80,
    })
    .showHelpAfterError('Run npx @example/sandbox --help to list the commands and options.')
    .exitOverride()
    .option('-p, --port <n>', 'TCP port to listen on; 0 picks a free one', read.wholeNumber(65_535), 4010)
    .option(
      '--host <address>',
      'address to listen on; any other than the default also exposes the dashboard to other machines',
      '127.0.0.1',
    )
    .option('--allowed-host <name>', 'host name to accept besides localhost; can be repeated', read.hostNames)
    .option('--cors <origin>', 'origin whose pages may use the API, besides local ones; can be repeated', read.origins)
    .option(
      '--token <token>',
      `API token to accept (default: ${read.localToken}; with --host, a new one)`,
      read.apiToken,
    )
    .option('--webhook <url>', 'webhook to register; can be repeated', read.httpUrls)
    .addOption(rateLimit)
    .option('--latency <ms>', 'delay before each response', read.wholeNumber(600_000), 0)
    .option('--data <file>', 'file to store the state in (default: memory)')
    .addHelpText(
      'after',
      examples('', '--port 0 --rate-limit 10/1s --latency 200', '--webhook http://127.0.0.1:3000/webhooks'),
    )
    .action(async (options: ServeOptions) => {
      const { serve } = await import('./serve.ts');
      done(await serve(options, io));
    });

  for (const { name, initial } of resources) {
    program.option(`--${name} <n>`, `number of sample ${name} (default: ${initial})`, read.wholeNumber(1_000_000));
  }

  program
    .command('trigger')
    .description('Send one signed event to the webhooks of a running sandbox')
    .argument('<event>', 'name of the event, such as user.created')
    .option('--payload <json>', "the event's data (default: the example in the API reference)", read.json)
    .option('--server <url>', 'sandbox to talk to (default: EXAMPLE_BASE_URL, or http://127.0.0.1:4010)', read.httpUrl)
    .addHelpText('after', examples('trigger user.created', `trigger user.created --payload '{"id":"user_123"}'`))
    .action(async (event: string, options: TriggerOptions) => {
      const { trigger } = await import('./trigger.ts');
      done(await trigger(event, options, io));
    });

  for (const command of program.commands) {
    command.helpOption('-h, --help', 'show this help').copyInheritedSettings(program);
    command.showHelpAfterError();
  }
  return program;
}
