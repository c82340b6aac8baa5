import { join } from 'node:path';
import { readEnvFile } from '@okboxbox/relay';
import { Command } from 'commander';
import { relay } from './commands/relay.js';
import { runToEnd } from './ending.js';
import { userFolder } from './place.js';
import { withRelayCommands, withRelayOptions } from './relay-options.js';
import { version } from './version.js';

/**
 * The relay alone, as the single-file Windows program runs it. Started without anything, as by a double click, it asks
 * for server and token the first time, and feeds the running sim from then on.
 */
async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('okboxbox-relay')
    .description('Ok, Box Box: feeds the race on this PC to the server in relay.env')
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .option('--source <spec>', 'what to read: "okboxbox-relay sources" lists the sources', 'iracing');
  withRelayOptions(program).action(async (options) => {
    if (needsSetup()) await (await import('./commands/relay-setup.js')).relaySetup({});
    await relay(options);
  });
  withRelayCommands(program);
  await program.parseAsync([...argv]);
}

/** Nobody said where to send, and somebody is there to be asked. */
function needsSetup(): boolean {
  const file = readEnvFile(join(userFolder(), 'relay.env'));
  const isKnown = (name: string) => (file[name] ?? process.env[name] ?? '') !== '';
  return process.stdin.isTTY === true && !isKnown('RELAY_BACKENDS') && !isKnown('RELAY_TOKEN');
}

runToEnd(main(process.argv), 'okboxbox-relay');
