import { join } from 'node:path';
import { type RelayOptions, runRelay, Settings } from '@okboxbox/relay';

/**
 * A relay whose sim is not running, as on a PC where somebody has started the relay and not the sim yet. The live source
 * there is iRacing's shared memory, which only Windows has; this one says the same and has as little to give.
 */
async function main(): Promise<void> {
  process.title = 'okboxbox relay';
  const stopping = new AbortController();
  process.once('SIGTERM', () => stopping.abort());
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const cwd = process.cwd();
  const settings = new Settings({ environment: process.env, file: join(cwd, 'relay.env'), cwd, say });
  const source: RelayOptions['source'] = {
    info: { kind: 'iracing', spec: 'iracing', sim: 'iracing', playback: false, rateHz: 60 },
    async *read({ signal, onState } = {}) {
      onState?.('sim-not-running');
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
      yield* [];
    },
  };
  await runRelay({
    source,
    speed: 1,
    config: settings,
    relayId: 'drill-pc',
    signal: stopping.signal,
    output: process.stderr,
    version: 'drill',
    debug: false,
  });
  settings.close();
}

await main();
