import { Command, InvalidArgumentError, Option } from 'commander';
import { runToEnd } from './ending.js';
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
    .description('print a token that the running server accepts')
    .requiredOption('--role <role>', 'relay, driver, team, director, overlay, viewer, ops or admin')
    .option('--cap <capability...>', 'capabilities beside those of the role')
    .option('--show <slug...>', 'shows that it is limited to')
    .option('--session <id...>', 'sessions that it is limited to')
    .option('--car <number...>', 'car numbers whose own data it may see')
    .option('--ttl <duration>', 'how long it is good for, such as 30m, 8h or 7d', '8h')
    .option('--data <dir>', 'data folder of the running server (default .okboxbox)')
    .action(async (options) => (await import('./commands/token.js')).token(options));

  program
    .command('sign-in')
    .description('print a new one-time sign-in link of the running server')
    .option('--data <dir>', 'data folder of the running server (default .okboxbox)')
    .action(async (options) => (await import('./commands/sign-in.js')).signIn(options));

  program
    .command('doctor')
    .description('print what is wrong with a server, or was with the one that a support pack is of')
    .argument('[url or pack]', 'address of a server (default http://127.0.0.1:3001), or a support pack')
    .option(
      '--token <token>',
      'a token with ops:read (default: the variable OKBOXBOX_TOKEN, or asked of the server that --data names)',
    )
    .option('--data <dir>', 'data folder of the running server (default .okboxbox)')
    .option('--json', 'print the findings as JSON')
    .action(async (target, options) => (await import('./commands/doctor.js')).doctor(target, options));

  program
    .command('support-pack')
    .description('download what a server knows of itself, without any secret, as one file to hand over')
    .requiredOption('-o, --output <file>', 'the file to write; "-" is standard output')
    .option('--server <url>', 'address of the server (default http://127.0.0.1:3001)')
    .option(
      '--token <token>',
      'a token with ops:read (default: OKBOXBOX_TOKEN, or asked of the server that --data names)',
    )
    .option('--data <dir>', 'data folder of the server (default .okboxbox)')
    .option('--session <id>', 'only what is of this session, and of none')
    .option('--trace <id>', 'with this trace')
    .option('--config', 'with the configuration; never with secrets')
    .option('--sample <seconds>', 'with figures once a second for so long (0 to 60)')
    .option('--force', 'write over a file that is there')
    .action(async (options) => (await import('./commands/support-pack.js')).supportPack(options));

  program
    .command('drill')
    .description('break a test system on purpose, see what it says of it, and mend it; "drill list" lists the drills')
    .argument('<name>', 'the drill, or "list"')
    .addOption(
      new Option('--keep <seconds>', 'mend it after so long (default: when Enter is pressed)').argParser(secondsOf),
    )
    .option('--server <url>', 'a test server that runs with DRILLS_ENABLED=1, in place of a system of its own')
    .option('--token <token>', 'a token of the role admin there')
    .action(async (name, options) => (await import('./commands/drill.js')).drill(name, options));

  await program.parseAsync([...argv]);
}

function secondsOf(given: string): number {
  const seconds = Number(given);
  if (!(seconds >= 1 && seconds <= 86_400)) throw new InvalidArgumentError('It must be a number from 1 to 86400.');
  return seconds;
}

/** A reader that went away, as `okboxbox results … | head` does, is no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

runToEnd(main(process.argv), 'okboxbox');
