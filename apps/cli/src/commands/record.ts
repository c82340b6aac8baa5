import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Problem } from '@okboxbox/protocol';
import { openRecordingWriter, openSource, type Source } from '@okboxbox/sims';
import { CommandFailed, endOfSource, UsageError } from '../failures.js';
import { outputFile } from '../output-file.js';
import { userFolder } from '../place.js';
import { untilStopped } from '../stopping.js';
import { Troubles } from '../troubles.js';

export interface RecordOptions {
  readonly output: string;
  readonly source?: string;
  readonly session?: string;
  readonly server?: string;
  readonly token?: string;
}

const DEFAULT_SERVER = 'http://127.0.0.1:3001';
const PROGRESS_MS = 1_000;

/** Writes a recording of a source, or of a session on a server. Stopped, it leaves a whole recording of what there was. */
export async function record(options: RecordOptions): Promise<void> {
  if ((options.source === undefined) === (options.session === undefined)) {
    throw new UsageError('record needs either --source SPEC or --session ID');
  }
  const stopping = new AbortController();
  void untilStopped().then(() => stopping.abort());
  const output = outputFile(options.output);
  try {
    if (options.source === undefined) await recordSession(options, output, stopping.signal);
    else await recordSource(await openSource(options.source, { cwd: userFolder() }), output, stopping.signal);
  } catch (error) {
    throw endOfSource(error);
  }
}

async function recordSource(source: Source, output: string, signal: AbortSignal): Promise<void> {
  const { sim, kind } = source.info;
  const writer = await openRecordingWriter(output, {
    kind: 'recording',
    version: 1,
    sim,
    source: kind,
    createdAt: Date.now(),
  });
  let frames = 0;
  const troubles = new Troubles();
  const progress = setInterval(() => process.stderr.write(`${frames} frames\n`), PROGRESS_MS);
  try {
    for await (const each of source.read({ signal, onTrouble: troubles.take })) {
      await writer.write(each);
      if (each.kind === 'frame') frames += 1;
    }
  } finally {
    clearInterval(progress);
    await writer.close();
    // Also behind damage: what came before it is a whole recording.
    process.stderr.write(`${output} holds ${frames} frames.\n`);
  }
  if (troubles.damage !== null) throw troubles.damage;
}

async function recordSession(options: RecordOptions, output: string, signal: AbortSignal): Promise<void> {
  const server = (options.server ?? DEFAULT_SERVER).replace(/\/$/, '');
  const token = options.token ?? process.env.OKBOXBOX_TOKEN;
  const url = `${server}/api/sessions/${encodeURIComponent(options.session ?? '')}/recording?follow=1`;
  const response = await fetch(url, {
    signal,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  }).catch(() => {
    throw new CommandFailed(`The server ${server} does not answer. Check that it runs, or name another with --server.`);
  });
  if (!response.ok || response.body === null) {
    const problem = (await response.json().catch(() => null)) as Problem | null;
    throw new CommandFailed(problem?.detail ?? `The server answered ${response.status}.`);
  }
  const partial = `${output}.part`;
  const received = { isCut: false };
  const lines = wholeLines(response.body, signal, received);
  try {
    const gzip = output.endsWith('.gz') ? [createGzip()] : [];
    await pipeline([Readable.from(lines), ...gzip, createWriteStream(partial, { mode: 0o600 })]);
    await rename(partial, output);
  } catch (error) {
    await rm(partial, { force: true });
    throw new CommandFailed(`${output} could not be written: ${(error as Error).message}`);
  }
  if (received.isCut) {
    const because = await whyCut(server, token);
    throw new CommandFailed(
      `The recording stopped before the session ended. ${because} ${output} contains the part before that.`,
    );
  }
  process.stderr.write(`${output} written.\n`);
}

/** Why the server gives no more of a session, as far as it says. */
async function whyCut(server: string, token: string | undefined): Promise<string> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${server}/api/sessions`, { headers }).catch(() => null);
  if (response === null) return `The server ${server} does not answer.`;
  if (response.ok) return 'The connection dropped. The server answers again, and this token is still valid.';
  const problem = (await response.json().catch(() => null)) as Problem | null;
  return problem?.detail ?? `The server answered ${response.status}.`;
}

/**
 * The bytes of a body up to the last whole line: a recording that is stopped, or cut off, must not end in half of one.
 * Notes in `received` where it was cut off.
 */
async function* wholeLines(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  received: { isCut: boolean },
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of body) {
      const bytes = Buffer.concat([rest, chunk]);
      const end = bytes.lastIndexOf(10) + 1;
      if (end > 0) yield bytes.subarray(0, end);
      rest = bytes.subarray(end);
    }
  } catch {
    received.isCut = !signal.aborted;
  }
}
