import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { compareFindings } from '@okboxbox/findings';
import { type Finding, parseUntrustedJson, printable } from '@okboxbox/protocol';
import { askForOps, OPS_TOKEN_HINT } from '../ask-server.js';
import { CommandFailed, UsageError } from '../failures.js';
import { differenceInWords, type Examined, findingsInWords } from '../findings-table.js';
import { findingsAnswer, problem, readPack } from '../ops-files.js';
import { callForPack, packToken } from '../pack-download.js';
import { writePackPage } from '../pack-page-file.js';
import { userFolder } from '../place.js';
import { printableJson } from '../printable.js';
import { newOutputFile } from '../private-file.js';
import { version } from '../version.js';

export interface DoctorOptions {
  readonly token?: string;
  readonly data?: string;
  readonly json?: boolean;
  readonly html?: string;
  readonly force?: boolean;
}

const DEFAULT_SERVER = 'http://127.0.0.1:3001';
/** A server that is asked answers within this, in ms, or is taken for away. */
const ANSWER_MS = 10_000;
/** How long the token is good for that is made for the one question, in seconds. */
const TOKEN_TTL_S = 60;

/**
 * Prints what is wrong, with a server that runs or in a support pack; the exit code is 1 where any of it is critical. With
 * `--html` it also writes the pack, or one of the server as it is, as a page with all views.
 */
export async function doctor(target: string | undefined, options: DoctorOptions): Promise<void> {
  const place = target ?? DEFAULT_SERVER;
  const isForced = options.force === true;
  const page = options.html === undefined ? null : newOutputFile(options.html, isForced);
  const writePage: WritePage = async (text) => {
    if (page !== null) await writePackPage(await text(), page, isForced);
  };
  const findings = /^https?:\/\//.test(place)
    ? await examineServer(place.replace(/\/$/, ''), options, writePage)
    : await examinePack(place, options, writePage);
  if (findings.some(({ severity }) => severity === 'critical')) process.exitCode = 1;
}

/** Writes the page of a pack, where one was asked for. */
type WritePage = (packText: () => string | Promise<string>) => Promise<void>;

async function examineServer(
  server: string,
  options: DoctorOptions,
  writePage: WritePage,
): Promise<readonly Finding[]> {
  if (!URL.canParse(server)) throw new UsageError(`"${server}" is not a server URL`);
  const examined = await ask(server, options);
  if (options.json === true) print(printableJson(examined));
  else print(findingsInWords(server, examined, Date.now()));
  await writePage(() => packOf(server, options));
  return examined.findings;
}

async function packOf(server: string, { token, data }: DoctorOptions): Promise<string> {
  const from = { server, token, data, as: 'cli:doctor' };
  return text(await callForPack(server, '', await packToken(from), {}));
}

async function ask(server: string, options: DoctorOptions): Promise<Examined> {
  const token =
    options.token ?? process.env.OKBOXBOX_TOKEN ?? (await askForOps(server, 'cli:doctor', TOKEN_TTL_S, options.data));
  const response = await fetch(`${server}/api/ops/findings`, {
    signal: AbortSignal.timeout(ANSWER_MS),
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  }).catch(() => {
    throw new CommandFailed(
      `The server ${server} does not answer. Check that it runs (ps aux | grep "okboxbox server"), what its log says, ` +
        'and that this machine can reach it. docs/runbook.md#the-server-is-down',
    );
  });
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) {
    const answer = findingsAnswer(body);
    if (answer !== null) return answer;
    throw new CommandFailed(`${server} answers, but not as an Ok, Box Box server of version ${version}.`);
  }
  if (response.status === 404)
    throw new CommandFailed(`${server} runs with operations disabled. Start it with OPS_UI_ENABLED=1.`);
  const said = problem(body) ?? `It answered ${response.status}.`;
  const hint = response.status === 401 || response.status === 403;
  throw new CommandFailed(`${server} refused: ${said}${hint ? ` ${OPS_TOKEN_HINT}` : ''}`);
}

async function examinePack(file: string, options: DoctorOptions, writePage: WritePage): Promise<readonly Finding[]> {
  const path = resolve(userFolder(), file);
  if (!existsSync(path))
    throw new UsageError(`"${file}" is neither a server URL (http://…) nor an existing support pack`);
  const packText = await readFile(path, 'utf8').catch((error: Error) => {
    throw new CommandFailed(`${path} cannot be read: ${error.message}`);
  });
  const pack = readPack(jsonOf(path, packText));
  if (pack === null)
    throw new CommandFailed(`${path} is not a support pack: "okboxbox support-pack -o FILE" makes one.`);
  await writePage(() => packText);
  const { manifest, again, recorded } = pack;
  const examined = again ?? recorded;
  if (examined === null)
    throw new CommandFailed(`${path} contains neither findings nor the data to compute them: ${pack.because}`);
  const comparison = again === null || recorded === null ? null : compareFindings(again.findings, recorded.findings);
  const made = { by: manifest.version, at: manifest.createdAt, isSameVersion: manifest.version === version };
  if (options.json === true) {
    const isAgain = again !== null;
    print(
      printableJson({
        pack: made,
        isMadeAgain: isAgain,
        ...examined,
        recorded: recorded?.findings ?? null,
        comparison,
      }),
    );
    return examined.findings;
  }
  print(findingsInWords(file, examined, manifest.createdAt));
  print(
    again === null
      ? printable(`Findings as recorded: the pack has no data to compute them again. ${pack.because}`)
      : differenceInWords(comparison, made),
  );
  return examined.findings;
}

function jsonOf(path: string, text: string): unknown {
  try {
    return parseUntrustedJson(text);
  } catch (error) {
    throw new CommandFailed(`${path} is not complete JSON: ${(error as Error).message}. Download the pack again.`);
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
