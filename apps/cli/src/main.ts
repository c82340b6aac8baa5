import { nameCommand, ROLES } from '@okboxbox/protocol';
import { Command, InvalidArgumentError, Option } from 'commander';
import { runToEnd } from './ending.js';
import { speedOption, withRelayCommands, withRelayOptions } from './relay-options.js';
import { startedAs } from './started-as.js';
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
    .description('run everything: server, pages and a relay that feeds a race')
    .option('--source <spec>', 'what the relay reads, such as lapchart:FILE; "none" runs no relay', 'demo')
    .addOption(speedOption())
    .option('--port <port>', 'port to listen on (default 3001)')
    .option('--host <address>', 'address to listen on (default 127.0.0.1)')
    .option('--data <dir>', 'folder for all data (default .okboxbox)')
    .option('--show <slug>', 'show that the race belongs to', 'local')
    .action(async (options) => (await import('./commands/up.js')).up(options));

  program
    .command('server')
    .description('run only the server')
    .option('--port <port>', 'port to listen on (default 3001)')
    .option('--host <address>', 'address to listen on (default 127.0.0.1)')
    .option('--data <dir>', 'folder for all data (default .okboxbox)')
    .option('--publish <slug>', 'show to publish from the start, until a director unpublishes it')
    .action(async (options) => (await import('./commands/server.js')).server(options));

  const relay = program
    .command('relay')
    .description('run only a relay: set RELAY_BACKENDS to the server URL and RELAY_TOKEN to a token')
    .option('--source <spec>', 'what to read: "okboxbox relay sources" lists the sources');
  withRelayOptions(relay).action(async (options) => (await import('./commands/relay.js')).relay(options));
  withRelayCommands(relay);

  program
    .command('record')
    .description('write a recording of a source, or of a session on a server until it ends')
    .requiredOption('-o, --output <file>', 'the recording to write (.jsonl or .jsonl.gz)')
    .option('--source <spec>', 'what to read, such as lapchart:FILE')
    .option('--session <id>', 'the session on the server')
    .option('--server <url>', 'server URL (default http://127.0.0.1:3001)')
    .option('--token <token>', 'a token with session:live (default: OKBOXBOX_TOKEN)')
    .action(async (options) => (await import('./commands/record.js')).record(options));

  program
    .command('replay')
    .description('play a recording to a server as a relay does: set RELAY_BACKENDS and RELAY_TOKEN')
    .argument('<file>', 'the recording (.jsonl or .jsonl.gz)')
    .addOption(speedOption())
    .option('--show <slug>', 'show that the race belongs to, if the token allows several')
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
    .requiredOption('--role <role>', ROLES.join(', '))
    .option('--cap <capability...>', 'additional capabilities')
    .option('--show <slug...>', 'limit it to these shows')
    .option('--session <id...>', 'limit it to these sessions')
    .option('--car <number...>', 'car numbers whose own-car data it may see')
    .option('--ttl <duration>', 'how long it is valid, such as 30m, 8h or 7d', '8h')
    .option('--data <dir>', 'data folder of the running server (default .okboxbox)')
    .action(async (options) => (await import('./commands/token.js')).token(options));

  program
    .command('sign-in')
    .description('print a new one-time sign-in link of the running server')
    .option('--data <dir>', 'data folder of the running server (default .okboxbox)')
    .action(async (options) => (await import('./commands/sign-in.js')).signIn(options));

  program
    .command('doctor')
    .description(
      'print the findings of a server, or of a support pack; or write the pack as a page that needs no server',
    )
    .argument('[url or pack]', 'server URL (default http://127.0.0.1:3001), or a support pack')
    .option(
      '--token <token>',
      'a token with ops:read (default: OKBOXBOX_TOKEN, or made by the server that uses the folder --data)',
    )
    .option('--data <dir>', 'data folder of the running server (default .okboxbox)')
    .option('--json', 'print the findings as JSON')
    .option('--html <file>', 'also write one HTML file with all views of the pack; of a server, with a pack made now')
    .option('--force', 'overwrite an existing HTML file')
    .action(async (target, options) => (await import('./commands/doctor.js')).doctor(target, options));

  program
    .command('support-pack')
    .description('download a support pack: everything the server knows of itself in one file, without secrets')
    .requiredOption('-o, --output <file>', 'the file to write; "-" is standard output')
    .option('--server <url>', 'server URL (default http://127.0.0.1:3001)')
    .option(
      '--token <token>',
      'a token with ops:read (default: OKBOXBOX_TOKEN, or made by the server that uses the folder --data)',
    )
    .option('--data <dir>', 'data folder of the server (default .okboxbox)')
    .option('--session <id>', 'only data of this session, and data of no session')
    .option('--trace <id>', 'include this trace')
    .option('--config', 'include the configuration, without secrets')
    .option('--sample <seconds>', 'also sample figures once a second for this time (0 to 60)')
    .option('--with-notes', 'show the texts that people typed or relays said, and ask whether to include them')
    .option('--yes', 'with --with-notes: include them without asking')
    .option('--force', 'overwrite an existing file')
    .action(async (options) => (await import('./commands/support-pack.js')).supportPack(options));

  program
    .command('drill')
    .description('break a test system on purpose, see what is found, and repair it; "drill list" lists the drills')
    .argument('<name>', 'the drill, or "list"')
    .addOption(
      new Option('--keep <seconds>', 'repair it after this time (default: when Enter is pressed)').argParser(secondsOf),
    )
    .option('--server <url>', 'a test server with DRILLS_ENABLED=1, instead of a temporary one')
    .option('--token <token>', 'a token with the role admin on that server')
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

nameCommand(startedAs());
runToEnd(main(process.argv), 'okboxbox');
