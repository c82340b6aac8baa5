import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import { MAX_SAMPLE_S, type PackRequest, type Problem } from '@okboxbox/protocol';
import { askForOps, OPS_TOKEN_HINT } from '../ask-server.js';
import { CommandFailed, UsageError } from '../failures.js';
import { outputFile } from '../output-file.js';
import { manifestTable } from '../pack-table.js';
import { untilStopped } from '../stopping.js';

export interface SupportPackOptions {
  readonly output: string;
  readonly server?: string;
  readonly token?: string;
  readonly data?: string;
  readonly session?: string;
  readonly trace?: string;
  readonly config?: boolean;
  readonly sample?: string;
  readonly force?: boolean;
}

const DEFAULT_SERVER = 'http://127.0.0.1:3001';
const PROGRESS_MS = 1_000;
/** A manifest is a few kilobytes; what is longer is none. */
const LONGEST_MANIFEST = 256 * 1024;
/** How long the token lasts that is made for the one call, in seconds. */
const TOKEN_TTL_S = 300;

/** Downloads a support pack into a file that only this user can read, or to standard output, and says what is in it. */
export async function supportPack(options: SupportPackOptions): Promise<void> {
  const request = requestOf(options);
  const output = options.output === '-' ? null : outputFile(options.output);
  if (output !== null && existsSync(output) && options.force !== true) {
    throw new UsageError(`${output} is there already; name another file, or say --force to write over it`);
  }
  const stopping = new AbortController();
  void untilStopped().then(() => stopping.abort());
  const body = await ask(options, request, stopping.signal);
  const manifest = new ManifestReader();
  if (output === null) await toStandardOutput(counted(body, manifest));
  else await toFile(counted(body, manifest), output, options.force === true);
  process.stderr.write(`${manifestTable(manifest.json())}\n`);
  if (output !== null) process.stderr.write(`${output} is written.\n`);
}

function requestOf({ session, trace, config, sample }: SupportPackOptions): PackRequest {
  const sampleSec = sample === undefined ? undefined : Number(sample);
  if (sampleSec !== undefined && (!Number.isInteger(sampleSec) || sampleSec < 0 || sampleSec > MAX_SAMPLE_S)) {
    throw new UsageError(`--sample is "${sample}"; it must be a whole number of seconds from 0 to ${MAX_SAMPLE_S}`);
  }
  return { sessionId: session, traceId: trace, includeConfig: config ?? false, sampleSec };
}

async function ask(
  options: SupportPackOptions,
  request: PackRequest,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const server = (options.server ?? DEFAULT_SERVER).replace(/\/$/, '');
  const token =
    options.token ??
    process.env.OKBOXBOX_TOKEN ??
    (await askForOps(server, 'cli:support-pack', TOKEN_TTL_S, options.data));
  process.stderr.write(`${server} makes a support pack …\n`);
  const response = await fetch(`${server}/api/ops/support-pack`, {
    method: 'POST',
    signal,
    headers: { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(request),
  }).catch(() => {
    throw new CommandFailed(
      signal.aborted
        ? 'Stopped; nothing is written.'
        : `The server ${server} does not answer. Is it running? --server names another.`,
    );
  });
  if (response.ok && response.body !== null) return response.body;
  const problem = (await response.json().catch(() => null)) as Problem | null;
  const isOff = response.status === 404 && request.sessionId === undefined && request.traceId === undefined;
  const isRight = response.status === 401 || response.status === 403;
  const hint = isOff ? ' Are operations on there (OPS_UI_ENABLED=1)?' : isRight ? ` ${OPS_TOKEN_HINT}` : '';
  throw new CommandFailed(`${problem?.detail ?? `The server answered ${response.status}.`}${hint}`);
}

/** Passes bytes on, says now and then how many there were, and keeps the beginning, where the manifest is. */
async function* counted(body: AsyncIterable<Uint8Array>, manifest: ManifestReader): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  const progress = setInterval(() => process.stderr.write(`${(bytes / 1e6).toFixed(1)} MB\n`), PROGRESS_MS);
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      manifest.push(chunk);
      yield chunk;
    }
  } catch (error) {
    throw new CommandFailed(`The pack broke off after ${bytes} bytes: ${(error as Error).message}. Try again.`);
  } finally {
    clearInterval(progress);
  }
}

async function toFile(body: AsyncIterable<Uint8Array>, output: string, isForced: boolean): Promise<void> {
  const partial = `${output}.${randomBytes(4).toString('hex')}.part`;
  let file: FileHandle | null = null;
  try {
    file = await open(partial, 'wx', 0o600);
    for await (const chunk of body) await file.writeFile(chunk);
    await file.close();
    // A link never takes the place of a file that has come meanwhile.
    if (isForced) await rename(partial, output);
    else await link(partial, output);
  } catch (error) {
    await file?.close().catch(() => undefined);
    if (error instanceof CommandFailed) throw error;
    throw new CommandFailed(`${output} could not be written: ${(error as Error).message}`);
  } finally {
    await rm(partial, { force: true });
  }
}

async function toStandardOutput(body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of body) {
    if (!process.stdout.write(chunk)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}

/** Finds the manifest at the beginning of a pack's bytes as they pass. */
class ManifestReader {
  #head: Uint8Array[] = [];
  #bytes = 0;

  push(chunk: Uint8Array): void {
    if (this.#bytes > LONGEST_MANIFEST) return;
    this.#head.push(chunk);
    this.#bytes += chunk.length;
  }

  /** Its JSON; `null` where there is none. */
  json(): unknown {
    const text = Buffer.concat(this.#head).toString();
    const end = text.indexOf(',"sections":{');
    const begin = '{"manifest":';
    if (!text.startsWith(begin) || end === -1) return null;
    try {
      return JSON.parse(text.slice(begin.length, end));
    } catch {
      return null;
    }
  }
}
