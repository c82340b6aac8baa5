import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigError, runRelay, Settings } from '@okboxbox/relay';
import { keepFilesPrivate, makePrivate, openRecordingWriter, openSource } from '@okboxbox/sims';
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
  keepFilesPrivate();
  if (options.source === undefined) {
    throw new UsageError(
      'relay needs --source SPEC, such as lapchart:FILE; "okboxbox relay sources" lists the sources',
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
    void closeSpool(config.current.spoolDir, stopping.signal, say);
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

/** Closes what an earlier version left open to other users: what waits in the spool has own-car data in it. */
async function closeSpool(folder: string, signal: AbortSignal, say: (text: string) => void): Promise<void> {
  const { notOurs, notOursFirst, modeNotKept } = await makePrivate(folder, signal);
  if (notOurs > 0) {
    say(
      `${notOurs} files of the spool belong to another user, and other users may be able to read them: ${notOursFirst.join(', ')}.`,
    );
  }
  if (modeNotKept !== null) {
    say(
      `The disk of ${modeNotKept} does not store file permissions: other users may be able to read the spool. Set RELAY_SPOOL_DIR to another disk.`,
    );
  }
}

function recordTo(file: string, info: { sim: string; kind: string }): ReturnType<typeof openRecordingWriter> {
  const header = { kind: 'recording', version: 1, sim: info.sim, source: info.kind, createdAt: Date.now() } as const;
  return openRecordingWriter(resolve(userFolder(), file), header);
}
