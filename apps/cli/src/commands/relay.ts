import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigError, runRelay, Settings } from '@okboxbox/relay';
import { openRecordingWriter, openSource } from '@okboxbox/sources';
import { CommandFailed, endOfSource, UsageError } from '../failures.js';
import { userFolder } from '../place.js';
import { untilStopped } from '../stopping.js';
import { version } from '../version.js';

export interface RelayCommandOptions {
  readonly source?: string;
  /** Infinity does not wait at all. */
  readonly speed: number;
  readonly record?: string;
  readonly show?: string;
  readonly relayId?: string;
}

/** Runs a relay until its source ends or it is told to stop. */
export async function relay(options: RelayCommandOptions): Promise<void> {
  process.title = 'okboxbox relay';
  if (options.source === undefined) {
    throw new UsageError(
      'relay needs --source SPEC, such as lapchart:FILE; "okboxbox relay sources" lists what there is',
    );
  }
  const stopping = new AbortController();
  void untilStopped().then(() => stopping.abort());
  const say = (text: string) => process.stderr.write(`${text}\n`);
  let settings: Settings | null = null;
  try {
    const cwd = userFolder();
    settings = new Settings({ environment: process.env, file: join(cwd, 'relay.env'), cwd, say });
    const config = settings;
    const source = await openSource(options.source, { cwd, hz: () => config.current.sampleHz });
    const record = options.record === undefined ? undefined : await recordTo(options.record, source.info);
    const outcome = await runRelay({
      source,
      speed: Number.isFinite(options.speed) ? options.speed : null,
      config,
      relayId: options.relayId ?? hostname(),
      ...(options.show !== undefined && { show: options.show }),
      ...(record && { record }),
      signal: stopping.signal,
      output: process.stderr,
      version,
      debug: true,
    });
    if (outcome.reason === 'failed') throw new CommandFailed(outcome.message ?? 'The relay failed.');
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandFailed(error.message);
    throw endOfSource(error);
  } finally {
    settings?.close();
    // `up` keeps a channel open that would keep this process alive.
    if (process.connected) process.disconnect();
  }
}

function recordTo(file: string, info: { sim: string; kind: string }): ReturnType<typeof openRecordingWriter> {
  const header = { kind: 'recording', version: 1, sim: info.sim, source: info.kind, createdAt: Date.now() } as const;
  return openRecordingWriter(resolve(userFolder(), file), header);
}
