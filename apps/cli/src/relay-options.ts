import { type Command, InvalidArgumentError, Option } from 'commander';

/** How much faster than the race itself a source is played. */
export function speedOption(): Option {
  return new Option('--speed <factor>', 'how much faster than the race itself; "max" does not wait at all')
    .default(1)
    .argParser((given: string) => {
      if (given === 'max') return Number.POSITIVE_INFINITY;
      const speed = Number(given);
      if (!(speed > 0 && speed <= 1000))
        throw new InvalidArgumentError('It must be a number above 0 up to 1000, or "max".');
      return speed;
    });
}

/** What a relay can be told, by whichever program it is started. */
export function withRelayOptions(command: Command): Command {
  return command
    .addOption(speedOption())
    .option('--record <file>', 'write what is read to a recording, too (.jsonl or .jsonl.gz)')
    .option('--show <slug>', 'show that the race belongs to, where the token covers several')
    .option('--relay-id <name>', "this relay's name for operators (default: the machine's)");
}

/** The commands beside the relay's own: what it can read here, and its setup. */
export function withRelayCommands(command: Command): Command {
  command
    .command('sources')
    .description('list what a relay can read on this machine, and why not the rest')
    .action(async () => (await import('./commands/relay-sources.js')).relaySources());
  command
    .command('setup')
    .description('ask for server and token, try them, and save them in relay.env')
    .option('--server <url>', 'address of the server')
    .option('--token <token>', 'token that the league gave you')
    .option('--start-with-windows', 'start the relay whenever you sign in to Windows')
    .option('--no-start-with-windows', 'do not start it any more')
    .action(async (options) => (await import('./commands/relay-setup.js')).relaySetup(options));
  return command;
}
