import {
  type AuditEntry,
  type FindingsAnswer,
  type OpsDatabase,
  type OpsEvent,
  type OpsHistory,
  type OpsSession,
  type OpsSnapshot,
  type OpsSocket,
  type PackManifest,
  SUPPORT_PACK_VERSION,
  type Trace,
} from '@okboxbox/protocol';
import { z } from 'zod';
import type { ShownSummary } from '../ops-source.js';
import { auditEntry, event, packManifest, session, socket, WHOLE_PARTS } from './pack-schemas.js';

/** A file that is no support pack, or a damaged one; the message says which and what to do. */
export class PackError extends Error {
  override readonly name = 'PackError';
}

/** A pack that was opened: what could be read of it, and what could not. */
export interface OpenedPack {
  readonly manifest: PackManifest;
  readonly summary: ShownSummary | null;
  readonly findings: FindingsAnswer | null;
  readonly snapshot: OpsSnapshot | null;
  readonly sessions: readonly OpsSession[] | null;
  readonly open: readonly OpsSocket[] | null;
  readonly closed: readonly OpsSocket[] | null;
  readonly events: readonly OpsEvent[] | null;
  readonly evicted: number;
  readonly database: OpsDatabase | null;
  readonly history: OpsHistory | null;
  readonly trace: Trace | null;
  readonly audit: readonly AuditEntry[] | null;
  /** Parts as they stand in the file, for who wants to read them so. */
  readonly parts: Readonly<Record<string, unknown>>;
  /** The pack as it stands in the file: hashes are of its characters. */
  readonly text: string;
  /** What is in the pack and could not be read, in words. */
  readonly problems: readonly string[];
}

const document = z.looseObject({ manifest: z.unknown(), sections: z.record(z.string(), z.unknown()) });

/**
 * Reads a support pack. Parts that are damaged are left out and told; whole is only what the manifest needs.
 * @throws PackError where it is no pack, or one of a newer kind
 */
export function readPack(text: string): OpenedPack {
  const whole = document.safeParse(parsed(text));
  if (!whole.success)
    throw new PackError(
      'This is JSON, but not a support pack: it has no "manifest" and "sections". Choose a file that "Export Support Pack" or "okboxbox support-pack" has made.',
    );
  const head = packManifest.safeParse(whole.data.manifest);
  if (!head.success) throw new PackError(manifestLabel(head.error, whole.data.manifest));
  const manifest: PackManifest = head.data;
  if (manifest.packVersion > SUPPORT_PACK_VERSION)
    throw new PackError(
      `This pack is of version ${manifest.packVersion}, made by Ok, Box Box ${manifest.version}; this page reads version ${SUPPORT_PACK_VERSION}. Open it in the console of a server of that version.`,
    );

  const parts = whole.data.sections;
  const problems = manifest.sections
    .filter(({ name, status }) => status === 'success' && !Object.hasOwn(parts, name))
    .map(({ name }) => `The part "${name}" is missing: the manifest lists it, but it is not in the file.`);
  const one = <T>(name: keyof typeof WHOLE_PARTS): T | null => {
    if (parts[name] === undefined || parts[name] === null) return null;
    const read = WHOLE_PARTS[name].safeParse(parts[name]);
    // What views rely on has been checked; the rest is as the server of the pack wrote it.
    if (read.success) return read.data as unknown as T;
    problems.push(`The part "${name}" cannot be read: ${issueLabel(read.error)}.`);
    return null;
  };
  const rows = <T>(name: string, key: string, schema: z.ZodType, within: unknown = parts[name]): T[] | null =>
    rowsOf(name, key, schema, within, problems) as T[] | null;

  const snapshot = one<OpsSnapshot>('snapshot');
  const fromSnapshot = parts.snapshot;
  const summary = one<ShownSummary>('summary') ?? snapshotPart(snapshot?.summary, WHOLE_PARTS.summary);
  return {
    manifest,
    summary,
    findings: one('findings'),
    snapshot,
    sessions: rows('sessions', 'sessions', session) ?? rows('snapshot', 'sessions', session, fromSnapshot),
    open: rows('sockets', 'sockets', socket),
    closed: rows('sockets', 'closed', socket),
    events: rows('events', 'events', event) ?? rows('snapshot', 'events', event, fromSnapshot),
    evicted: numberIn(parts.events, 'evicted'),
    database: one('database') ?? snapshotPart(snapshot?.database, WHOLE_PARTS.database),
    history: one('history') ?? snapshotPart(snapshot?.history, WHOLE_PARTS.history),
    trace: one('trace'),
    audit: rows('snapshot', 'audit', auditEntry, fromSnapshot),
    parts,
    text,
    problems,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (text.trim() === '') throw new PackError('This file is empty.');
    const looksLike = /^\s*\{\s*"manifest"/.test(text);
    throw new PackError(
      looksLike
        ? 'This pack is damaged or cut off: it is not complete JSON. Download it again.'
        : 'This file is not a support pack: it is not JSON. A pack is the .json file that "Export Support Pack" makes.',
    );
  }
}

function manifestLabel(error: z.ZodError, manifest: unknown): string {
  const kind = z.looseObject({ kind: z.string() }).safeParse(manifest);
  return kind.success && kind.data.kind === 'okboxbox-support-pack'
    ? `The manifest of this pack is damaged: ${issueLabel(error)}. Download it again.`
    : 'This is JSON, but not a support pack of Ok, Box Box: its manifest is of another kind.';
}

function issueLabel(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'it is invalid' : `"${issue.path.join('.')}": ${issue.message}`;
}

/** A part that the snapshot holds, too. */
function snapshotPart<T>(value: unknown, schema: z.ZodType): T | null {
  if (value === undefined || value === null) return null;
  const read = schema.safeParse(value);
  return read.success ? (read.data as unknown as T) : null;
}

/** Rows of a list of a part, each checked for itself: one that is damaged does not cost the others. */
function rowsOf(name: string, key: string, schema: z.ZodType, part: unknown, problems: string[]): unknown[] | null {
  const list = (part as Readonly<Record<string, unknown>> | null | undefined)?.[key];
  if (list === undefined || list === null) return null;
  if (!Array.isArray(list)) {
    problems.push(`The part "${name}" cannot be read: "${key}" is not a list.`);
    return null;
  }
  const read = list.map((row: unknown) => schema.safeParse(row));
  const bad = read.filter(({ success }) => !success);
  const why = bad[0]?.error;
  if (why !== undefined)
    problems.push(`${bad.length} of ${list.length} rows of "${name}" cannot be read: ${issueLabel(why)}.`);
  return read.flatMap((row) => (row.success ? [row.data] : []));
}

function numberIn(part: unknown, key: string): number {
  const value = (part as Readonly<Record<string, unknown>> | null | undefined)?.[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
