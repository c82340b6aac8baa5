import { frameRecord, MAGIC, recordAt } from '../apps/server/src/owner/timeline/segment-format.js';
import * as protocol from '../packages/protocol/src/index.js';
import { openSource } from '../packages/sims/src/index.js';
import { createTiming, foldRecord } from '../packages/timing/src/index.js';
import { type Parser, textOf, texts } from './parser.js';

/** What crosses the line from relay to server and what a timeline keeps of it. */
export async function wireParsers(): Promise<Parser[]> {
  const records: protocol.SourceRecord[] = [];
  for await (const record of (await openSource('demo:7,cars=20,minutes=3', { cwd: '.' })).read()) {
    records.push(record);
    if (records.length === 200) break;
  }
  const encoded = records.map((record, i) => protocol.encodeRecord(record, i + 1));
  const batch = protocol.joinBatch(encoded.slice(0, 20));
  const segment = Buffer.concat([
    MAGIC,
    frameRecord({ type: 'note', note: { note: 'ended', reason: 'finished', at: 1_764_000_000_000 } }, 1),
    ...encoded.map((bytes, i) =>
      frameRecord({ type: 'captured', stream: 1, receivedAt: 1_764_000_000_000, bytes }, i + 2),
    ),
  ]);
  return [
    {
      name: 'a batch of a relay',
      good: [batch],
      read: (bytes) => {
        const timing = createTiming();
        for (const record of protocol.splitBatch(bytes)) foldRecord(timing, protocol.decodeRecord(record));
      },
      refusals: ['WireError'],
      times: 60_000,
    },
    {
      name: "a timeline's segment",
      good: [segment],
      read: (bytes) => readSegment(Buffer.from(bytes)),
      refusals: ['WireError'],
      times: 20_000,
    },
    {
      name: 'JSON of a client',
      good: texts(JSON.stringify({ show: 'local', audience: 'live', cars: ['1', '07'], nested: [[[{ a: [] }]]] })),
      read: (bytes) => protocol.parseUntrustedJson(textOf(bytes)),
      refusals: ['SyntaxError', 'NestingError'],
      times: 20_000,
    },
    ...schemas(),
  ];
}

/** Reads a segment as it is read at a restart: on behind damage where the next record's place is known. */
function readSegment(bytes: Buffer): void {
  for (let at = MAGIC.length; at < bytes.length; ) {
    const found = recordAt(bytes, at);
    if (found.found === 'beginning') return;
    if (found.found === 'damage' && found.end === null) return;
    at = found.end as number;
  }
}

/** Every schema of a call, with what a well-meaning client sends, and whatever JSON that becomes. */
function schemas(): Parser[] {
  const calls: Readonly<Record<string, object>> = {
    sessionJoin: { show: 'local', audience: 'broadcast', extraDelayMs: 2_000, format: 'json' },
    sessionLeave: { sessionId: 'sess_1' },
    feedResync: { sessionId: 'sess_1', epoch: 'a', seq: 4 },
    feedBeat: { at: 1_764_000_000_000, rttMs: 12, hidden: true },
    overlayReport: { name: 'tower', version: '0.1.0', visible: true, active: true, frameAgeMs: 40, lastError: null },
    relayHello: {
      relayId: 'pc',
      run: 'r1',
      version: '0.1.0',
      protocol: 1,
      source: 'demo',
      sim: 'demo',
      show: 'local',
      simSessionKey: '1:0',
      playback: false,
    },
    relayBye: { reason: 'finished' },
  };
  return Object.entries(calls).map(([name, good]) => {
    const schema = (protocol as Readonly<Record<string, unknown>>)[name] as { safeParse(value: unknown): unknown };
    return {
      name: `the schema ${name}`,
      good: texts(JSON.stringify(good)),
      read: (bytes) => schema.safeParse(protocol.parseUntrustedJson(textOf(bytes))),
      refusals: ['SyntaxError', 'NestingError'],
      times: 10_000,
    };
  });
}
