import {
  type OpsSnapshot,
  opsSnapshot,
  type PackFreeText,
  type PackManifest,
  type PackRequest,
  SUPPORT_PACK_VERSION,
} from '@okboxbox/protocol';
import { fields, type Rule, word } from './allow-list.js';
import { freeTextsIn } from './free-text-fields.js';
import { FreeTexts, LEFT_OUT } from './free-texts.js';
import { LastScan } from './last-scan.js';
import { meetIds } from './meet-ids.js';
import { Pace } from './pace.js';
import { PackFile, type Stretch } from './pack-file.js';
import { ID_KINDS, type Pseudonym, Pseudonyms } from './pseudonyms.js';
import { type SecretSources, secretsHeld } from './secrets-held.js';
import { type Looked, type PackDeps, type Section, section } from './section.js';
import { type MadePart, type Making, makePart } from './section-maker.js';
import { SECTIONS } from './sections/index.js';

/** Goes up when the rules of redaction change in what they let through. */
const REDACTION_RULES_VERSION = 3;

export interface SupportPacksDeps extends PackDeps {
  readonly secrets: SecretSources;
  readonly version: string;
  readonly gitSha: string | null;
  readonly startedAt: number;
}

/** A pack that is made and lies in a file until it is closed. */
export interface ReadyPack {
  readonly manifest: PackManifest;
  /** Texts that people typed, as far as they are in it. */
  readonly freeTexts: () => readonly PackFreeText[];
  /** Of the whole document. */
  readonly bytes: number;
  /** The document, in pieces. */
  read(): AsyncGenerator<Buffer>;
  close(): Promise<void>;
}

/** Another pack is being made, or sent. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
}

/** Makes support packs of one server, one at a time: they take its disk and its time. */
export class SupportPacks {
  readonly #deps: SupportPacksDeps;
  readonly #sections: readonly Section[];
  #isBusy = false;

  constructor(deps: SupportPacksDeps, sections: readonly Section[] = SECTIONS) {
    this.#deps = deps;
    this.#sections = sections;
  }

  /**
   * Makes a pack. `bearer` is the token that asked for it, which must not be in it; `signal` gives it up. The next one
   * can be made when this one is closed.
   * @throws BusyError, FileError
   */
  async make(request: PackRequest, bearer: string | null, signal: AbortSignal): Promise<ReadyPack> {
    if (this.#isBusy) {
      throw new BusyError(
        'A support pack is being made already, and only one can be made at a time. Try again in a moment.',
      );
    }
    this.#isBusy = true;
    let file: PackFile | null = null;
    let isOurs = true;
    const release = (): void => {
      if (isOurs) this.#isBusy = false;
      isOurs = false;
    };
    const close = async (): Promise<void> => {
      await file?.close();
      release();
    };
    try {
      file = await PackFile.make(this.#deps.config.dataDir);
      return { ...(await this.#fill(file, release, request, bearer, signal)), close };
    } catch (error) {
      await close();
      throw error;
    }
  }

  async #fill(
    file: PackFile,
    release: () => void,
    request: PackRequest,
    bearer: string | null,
    signal: AbortSignal,
  ): Promise<Omit<ReadyPack, 'close'>> {
    const deps = this.#deps;
    const createdAt = Math.round(deps.now());
    const pace = new Pace();
    const pseudonyms = new Pseudonyms();
    const held = await secretsHeld(deps.secrets, bearer, pace);
    const lastScan = () => new LastScan(held.patterns, deps.secrets.isSignInCode);
    const freeTexts = new FreeTexts(request.includeFreeText);
    const making: Making = { deps, file, pseudonyms, freeTexts, pace, lastScan };
    let reaches = createdAt;
    let looked: Promise<Looked> | null = null;
    const scope = {
      sessionId: request.sessionId ?? null,
      traceId: request.traceId ?? null,
      includeConfig: request.includeConfig ?? false,
      sampleSec: request.sampleSec ?? 0,
      looked: () => {
        looked ??= deps.look((snapshot) => withoutFreeText(snapshot, freeTexts));
        return looked;
      },
      reaches: (at: number) => {
        reaches = Math.min(reaches, at);
      },
    };
    const acts = await scope.looked().then(
      ({ snapshot }) => snapshot.audit,
      () => [],
    );
    const shows = deps.secrets.shows.all().map(({ show }) => show);
    await meetIds(deps.operations, { shows, acts }, pseudonyms, pace);

    const without = new Set(request.without ?? []);
    const parts: MadePart[] = [];
    for (const each of [...this.#sections, idsOf(pseudonyms)]) {
      const isLeftOut = without.has(each.name);
      parts.push(await makePart(isLeftOut ? leftOut(each) : each, scope, making, signal));
    }

    const reports = parts.map(({ report }) => report);
    const manifest: PackManifest = {
      kind: 'okboxbox-support-pack',
      packVersion: SUPPORT_PACK_VERSION,
      version: deps.version,
      gitSha: deps.gitSha,
      createdAt,
      window: { from: Math.min(reaches, createdAt), to: Math.round(deps.now()) },
      sessionId: scope.sessionId && pseudonyms.of('sess', scope.sessionId),
      traceId: scope.traceId && pseudonyms.of('trace', scope.traceId),
      redaction: {
        mode: 'full',
        rulesVersion: REDACTION_RULES_VERSION,
        byRule: sumOf(reports.map(({ redacted }) => redacted)),
        droppedFields: reports.reduce((sum, { droppedFields }) => sum + droppedFields, 0),
        secretsSearched: held.searched,
        secretsTooPlain: held.tooPlain,
      },
      freeText: freeTexts.counts,
      sections: reports,
    };
    const list = () => freeTexts.list();
    return { freeTexts: list, ...readyPack(withoutWords(manifest, lastScan), parts, file, release) };
  }
}

const replaceInSnapshot = freeTextsIn(opsSnapshot);

/** A snapshot with no free text but what was chosen. */
function withoutFreeText(snapshot: OpsSnapshot, freeTexts: FreeTexts): OpsSnapshot {
  if (replaceInSnapshot === null) return snapshot;
  const put = (text: string, from: string) => (text === '' ? text : (freeTexts.take(text, from) ?? LEFT_OUT));
  return replaceInSnapshot(snapshot, put) as OpsSnapshot;
}

const asItIs: Rule = (value) => String(value);

function idsOf(pseudonyms: Pseudonyms): Section {
  return section('ids', () => ({
    head: {},
    rule: fields({}),
    lists: [
      {
        name: 'ids',
        rows: pseudonyms.used(),
        rule: fields<Pseudonym>({ id: asItIs, kind: word(...ID_KINDS), truncated: asItIs }),
      },
    ],
  }));
}

function leftOut({ name }: Section): Section {
  return section(name, () => ({ skipped: 'Left out by request ("without").' }));
}

/** The manifest goes out without reasons where a secret is in them. */
function withoutWords(manifest: PackManifest, lastScan: () => LastScan): PackManifest {
  const scan = lastScan();
  scan.push(Buffer.from(JSON.stringify(manifest)));
  if (!scan.found) return manifest;
  const sections = manifest.sections.map((each) => ({ ...each, because: each.because && '[withheld]' }));
  return { ...manifest, sections };
}

function readyPack(
  manifest: PackManifest,
  parts: readonly MadePart[],
  file: PackFile,
  release: () => void,
): Omit<ReadyPack, 'close' | 'freeTexts'> {
  const pieces: (Buffer | Stretch)[] = [Buffer.from(`{"manifest":${JSON.stringify(manifest)},"sections":{`)];
  let comma = '';
  for (const { report, stretch } of parts) {
    if (stretch === null) continue;
    pieces.push(Buffer.from(`${comma}${JSON.stringify(report.name)}:`), stretch);
    comma = ',';
  }
  pieces.push(Buffer.from('}}\n'));
  const lengthOf = (piece: Buffer | Stretch) => (Buffer.isBuffer(piece) ? piece.length : piece.bytes);
  return {
    manifest,
    bytes: pieces.reduce((sum, piece) => sum + lengthOf(piece), 0),
    async *read() {
      for (const piece of pieces) {
        // A client that has the end may ask for the next one at once.
        if (piece === pieces.at(-1)) release();
        if (Buffer.isBuffer(piece)) yield piece;
        else yield* file.read(piece);
      }
    },
  };
}

function sumOf(counts: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const sum: Record<string, number> = {};
  for (const each of counts) for (const [rule, count] of Object.entries(each)) sum[rule] = (sum[rule] ?? 0) + count;
  return sum;
}
