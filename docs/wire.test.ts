import { existsSync, readdirSync, readFileSync } from 'node:fs';
import {
  type AppendedRows,
  applyChange,
  changeBetween,
  decodeRecord,
  ERROR_CODES,
  encodeRecord,
  type FeedMessage,
  type FeedState,
  joinBatch,
  type Refusal,
  recordingHeader,
  relayAhead,
  relayBye,
  relayHello,
  relayLost,
  type SourceRecord,
  sourceRecord,
  splitBatch,
} from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { Feed } from '../apps/server/src/channel/feed.js';

const EXAMPLES = new URL('../packages/protocol/src/wire/examples/', import.meta.url);
const VERSIONS = readdirSync(EXAMPLES);
/** Schemas of the calls that travel as JSON. */
const CALLS: Readonly<Record<string, { parse(payload: unknown): unknown }>> = {
  'relay:hello': relayHello,
  'relay:lost': relayLost,
  'relay:ahead': relayAhead,
  'relay:bye': relayBye,
};

function linesOf(version: string, name: string): string[] {
  return readFileSync(new URL(`${version}/${name}`, EXAMPLES), 'utf8')
    .trimEnd()
    .split('\n');
}
function valuesOf<T>(version: string, name: string): T[] {
  return linesOf(version, name).map((line) => JSON.parse(line) as T);
}

it('the version in package.json has its examples', () => {
  const root = new URL('../package.json', import.meta.url);
  expect(VERSIONS).toContain((JSON.parse(readFileSync(root, 'utf8')) as { version: string }).version);
});

describe.each(VERSIONS)('what version %s sent', (version) => {
  const batch = new Uint8Array(readFileSync(new URL(`${version}/batch.bin`, EXAMPLES)));
  const decoded = valuesOf<{ seq: number; record: SourceRecord }>(version, 'batch.decoded.jsonl');

  it('a batch of records is read as it was meant, and packed to the same bytes', () => {
    expect(splitBatch(batch).map((each) => ({ seq: each.seq, record: decodeRecord(each) }))).toEqual(decoded);
    expect(decoded.map(({ record }) => record.kind)).toEqual(['session', 'frame', 'message', 'results']);
    const packed = joinBatch(decoded.map(({ seq, record }) => encodeRecord(record, seq)));
    expect(Buffer.from(packed).equals(batch)).toBe(true);
  });

  it('each line of a recording is read whole, and written to the same bytes', () => {
    const [header, ...lines] = linesOf(version, 'recording.jsonl');
    expect(JSON.stringify(recordingHeader.parse(JSON.parse(header ?? '')))).toBe(header);
    for (const line of lines) expect(JSON.stringify(sourceRecord.parse(JSON.parse(line)))).toBe(line);
    expect(lines).toHaveLength(decoded.length);
  });

  it('each call of a relay is accepted as it was sent, and each refusal has a code that is known', () => {
    for (const [event, payload, answer] of valuesOf<[string, unknown, { ok: true } | Refusal]>(
      version,
      'calls.jsonl',
    )) {
      if (event === 'relay:frames') expect(existsSync(new URL(`${version}/${String(payload)}`, EXAMPLES))).toBe(true);
      else expect([event, CALLS[event]?.parse(payload)]).toEqual([event, payload]);
      if (!answer.ok) expect(Object.keys(ERROR_CODES)).toContain(answer.error.code);
    }
  });

  const [before, after] = valuesOf<{ at: number; state: FeedState; appended?: AppendedRows }>(
    version,
    'feed.states.jsonl',
  );
  if (before === undefined || after === undefined) throw new Error(`The states of ${version} are missing.`);

  it('a feed of rows is read as the states that it was made from', () => {
    const [joined, message] = valuesOf<object>(version, 'feed.rows.jsonl') as [{ state: FeedState }, FeedMessage];
    expect(joined.state).toEqual(before.state);
    expect(applyChange(joined.state, message)).toEqual(after.state);
    expect(message.appended).toEqual(after.appended);
  });

  /** The join and the message of a format as they were sent, and as they are made now. */
  const feedIn = (format: 'rows' | 'json') => {
    const [joined = '', message = ''] = linesOf(version, `feed.${format}.jsonl`);
    const { epoch } = JSON.parse(joined) as FeedMessage;
    const feed = new Feed(before.state.session.sessionId, { epoch, seq: 0 }, before);
    const snapshot = feed.snapshots.of(format).text;
    const change = { ...changeBetween(before.state, after.state), appended: after.appended ?? {} };
    const texts = feed.take(change, after.at, JSON.stringify(change));
    return { sent: [joined, message], made: [snapshot, format === 'rows' ? texts.rows : texts.named()] };
  };

  it('a feed of rows is made to the same bytes, join and message', () => {
    const { sent, made } = feedIn('rows');
    expect(made).toEqual(sent);
  });

  it('a feed of named fields is the same but for fields that were added since', () => {
    const { sent, made } = feedIn('json');
    const read = (texts: readonly string[]) => texts.map((text) => JSON.parse(text) as object);
    expect(read(made)).toMatchObject(read(sent));
  });
});

it('docs/wire.md shows the first bytes of the recorded batch, and names every recorded file', () => {
  const page = readFileSync(new URL('wire.md', import.meta.url), 'utf8');
  const newest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  const batch = readFileSync(new URL(`${newest.version}/batch.bin`, EXAMPLES));
  expect(page).toContain(
    batch
      .subarray(0, 16)
      .toString('hex')
      .replace(/(..)(?=.)/g, '$1 '),
  );
  for (const name of readdirSync(new URL(`${newest.version}/`, EXAMPLES))) expect(page).toContain(`\`${name}\``);
  const [, message] = linesOf(newest.version, 'feed.rows.jsonl');
  for (const part of ['"rows":[[9,68,17,10500]]', '"clock":{"sessionTimeMs":129750}']) {
    expect(message).toContain(part);
    expect(page).toContain(part);
  }
});
