import { Command } from 'commander';
import { endWith } from './ending.js';
import { speedOption, withRelayCommands, withRelayOptions } from './relay-options.js';
import { version } from './version.js';

/**
 * The `okboxbox` command. Each subcommand is a file in `commands/`, loaded when it is called. Results go to
 * standard output, everything else to standard error; a usage error exits 2, a failure 1.
 */
async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('okboxbox')
    .description('Ok, Box Box: live timing, broadcast and operations for sim racing')
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: () => undefined });

  program
    .command('up')
    .description('run the whole platform: server, pages and a relay that feeds a race')
    .option('--source <spec>', 'what the relay reads, such as lapchart:FILE; "none" runs no relay', 'demo')
    .addOption(speedOption())
    .option('--port <port>', 'port to listen on (default 3001)')
    .option('--host <address>', 'address to listen on (default 127.0.0.1)')
    .option('--data <dir>', 'folder that everything is kept in (default .okboxbox)')
    .option('--show <slug>', 'show that the race belongs to', 'local')
    .action(async (options) => (await import('./commands/up.js')).up(options));

  program
    .command('server')
    .description('run the server alone')
    .option('--port <port>', 'port to listen on (default 3001)')
    .option('--host <address>', 'address to listen on (default 127.0.0.1)')
    .option('--data <dir>', 'folder that everything is kept in (default .okboxbox)')
    .option('--publish <slug>', 'show that is public from its first race on, until a director says otherwise')
    .action(async (options) => (await import('./commands/server.js')).server(options));

  const relay = program
    .command('relay')
    .description('run a relay alone: RELAY_BACKENDS names the server, RELAY_TOKEN holds its token')
    .option('--source <spec>', 'what to read; "okboxbox relay sources" lists what there is');
  withRelayOptions(relay).action(async (options) => (await import('./commands/relay.js')).relay(options));
  withRelayCommands(relay);

  program
    .command('record')
    .description('write a recording: of any source, or of a session on a server, followed until it ends')
    .requiredOption('-o, --output <file>', 'the recording to write (.jsonl or .jsonl.gz)')
    .option('--source <spec>', 'what to read, such as lapchart:FILE')
    .option('--session <id>', 'the session on the server')
    .option('--server <url>', 'address of the server (default http://127.0.0.1:3001)')
    .option('--token <token>', 'a token with session:live (default: the variable OKBOXBOX_TOKEN)')
    .action(async (options) => (await import('./commands/record.js')).record(options));

  program
    .command('replay')
    .description('play a recording through the live path: RELAY_BACKENDS names the server, RELAY_TOKEN holds its token')
    .argument('<file>', 'the recording (.jsonl or .jsonl.gz)')
    .addOption(speedOption())
    .option('--show <slug>', 'show that the race belongs to, where the token covers several')
    .action(async (file, options) => (await import('./commands/replay.js')).replay(file, options));

  program
    .command('results')
    .description('run a source through the timing engine and print classification, laps and race events')
    .argument('<spec>', 'what to read, such as lapchart:FILE')
    .option('--json', 'print { entries, laps, events } as JSON')
    .action(async (spec, options) => (await import('./commands/results.js')).results(spec, options));

  program
    .command('token')
    .description('print a token')
    .requiredOption('--role <role>', 'relay, driver, team, director, overlay, viewer, ops or admin')
    .option('--cap <capability...>', 'capabilities beside those of the role')
    .option('--show <slug...>', 'shows that it is limited to')
    .option('--session <id...>', 'sessions that it is limited to')
    .option('--car <number...>', 'car numbers whose own data it may see')
    .option('--ttl <duration>', 'how long it is good for, such as 30m, 8h or 7d', '8h')
    .option('--data <dir>', 'data folder of the server (default .okboxbox)')
    .action(async (options) => (await import('./commands/token.js')).token(options));

  await program.parseAsync([...argv]);
}

/** A reader that went away, as `okboxbox results … | head` does, is no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

main(process.argv).catch((error: unknown) => endWith(error, 'okboxbox'));
