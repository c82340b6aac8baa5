import { type Command, InvalidArgumentError, Option } from 'commander';

/** How much faster than the race itself a source is played. */
export function speedOption(): Option {
  return new Option('--speed <factor>', 'how many times faster than real time; "max" does not wait')
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
    .option('--record <file>', 'also write a recording of what is read (.jsonl or .jsonl.gz)')
    .option('--show <slug>', 'show that the race belongs to, if the token allows several')
    .option('--relay-id <name>', "name of this relay in the console (default: the computer's name)");
}

/** The commands beside the relay's own: what it can read here, and its setup. */
export function withRelayCommands(command: Command): Command {
  command
    .command('sources')
    .description('list the sources, and why some cannot be read on this machine')
    .action(async () => (await import('./commands/relay-sources.js')).relaySources());
  command
    .command('setup')
    .description('ask for server and token, test them, and save them in relay.env')
    .option('--server <url>', 'server URL')
    .option('--token <token>', 'token from the league')
    .option('--start-with-windows', 'start the relay when you sign in to Windows')
    .option('--no-start-with-windows', 'no longer start it')
    .action(async (options) => (await import('./commands/relay-setup.js')).relaySetup(options));
  return command;
}
