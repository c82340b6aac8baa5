import { MAX_SAMPLE_S, type PackRequest } from '@okboxbox/protocol';
import { CommandFailed, UsageError } from '../failures.js';
import { chooseFreeText } from '../free-text-choice.js';
import { callForPack, packToken } from '../pack-download.js';
import { manifestTable } from '../pack-table.js';
import { newOutputFile, writePrivateFile } from '../private-file.js';
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
  readonly withNotes?: boolean;
  readonly yes?: boolean;
}

const DEFAULT_SERVER = 'http://127.0.0.1:3001';
const PROGRESS_MS = 1_000;
/** A manifest is a few kilobytes; what is longer is none. */
const LONGEST_MANIFEST = 256 * 1024;

/** Downloads a support pack into a file that only this user can read, or to standard output, and says what is in it. */
export async function supportPack(options: SupportPackOptions): Promise<void> {
  const request = requestOf(options);
  const isForced = options.force === true;
  const output = options.output === '-' ? null : newOutputFile(options.output, isForced);
  const stopping = new AbortController();
  void untilStopped().then(() => stopping.abort());
  const server = (options.server ?? DEFAULT_SERVER).replace(/\/$/, '');
  const token = await packToken({ server, token: options.token, data: options.data, as: 'cli:support-pack' });
  const includeFreeText =
    options.withNotes === true
      ? await chooseFreeText(server, token, request, options.yes === true, stopping.signal)
      : false;
  process.stderr.write(`${server} is creating a support pack …\n`);
  const body = await callForPack(server, '', token, { ...request, includeFreeText }, stopping.signal);
  const manifest = new ManifestReader();
  if (output === null) await toStandardOutput(counted(body, manifest));
  else await writePrivateFile(output, counted(body, manifest), isForced);
  process.stderr.write(`${manifestTable(manifest.json())}\n`);
  if (output !== null) process.stderr.write(`${output} written.\n`);
}

function requestOf({ session, trace, config, sample }: SupportPackOptions): PackRequest {
  const sampleSec = sample === undefined ? undefined : Number(sample);
  if (sampleSec !== undefined && (!Number.isInteger(sampleSec) || sampleSec < 0 || sampleSec > MAX_SAMPLE_S)) {
    throw new UsageError(`--sample is "${sample}"; it must be a whole number of seconds from 0 to ${MAX_SAMPLE_S}`);
  }
  return { sessionId: session, traceId: trace, includeConfig: config ?? false, sampleSec };
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
    throw new CommandFailed(`The download stopped after ${bytes} bytes: ${(error as Error).message}. Try again.`);
  } finally {
    clearInterval(progress);
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
