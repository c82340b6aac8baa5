import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Ack,
  decodeRecord,
  type FramesReceipt,
  RELAY_NAMESPACE,
  type RelayAhead,
  type RelayBye,
  type RelayHello,
  type RelayLost,
  type RelayStatus,
  type RelayWelcome,
  type SeqRanges,
  type SourceRecord,
  splitBatch,
} from '@okboxbox/protocol';
import { Server, type Socket } from 'socket.io';

/** What the server does with the batch that has just come. */
export type Deed =
  /** Keeps what follows on what it has, and acknowledges. */
  | 'take'
  /** Acknowledges what it had before: to the relay, the batch was lost. */
  | 'lose'
  /** The connection breaks; before the batch is kept, or after it and before the acknowledgement. */
  | 'break'
  | 'take, then break'
  /** Answers with an error. */
  | 'refuse';

/** Records of one stream, in the order in which they were kept. */
export interface Stream {
  readonly hello: RelayHello;
  readonly records: SourceRecord[];
  readonly byes: RelayBye[];
  /** What the relay said will never come. */
  readonly lost: RelayLost[];
  readonly statuses: RelayStatus[];
  hellos: number;
  /** First number that came, and the last that is here or will never come; 0 before the first. */
  first: number;
  last: number;
  /** What the relay went ahead of and has not sent yet. */
  readonly gaps: { next: number; readonly to: number }[];
}

export interface Script {
  /** Asked for each batch; `take` where absent. It may wait as long as it likes. */
  onBatch?: (records: readonly SourceRecord[]) => Deed | Promise<Deed>;
  /** When the disk has what was taken, `count` batches so far; at once where absent. */
  syncs?: (count: number) => Promise<void> | undefined;
  onHello?: (hello: RelayHello) => Ack<RelayWelcome> | undefined;
  /** Whether the session of a run has ended; it has not where absent. */
  hasEnded?: (hello: RelayHello) => boolean;
  /** Asked for each goodbye before it is answered. */
  onBye?: () => Promise<void>;
  /** Whether it lets a relay go ahead of what it sends later; it does not where absent. */
  takesAhead?: boolean;
  /** Whether it knows the call by which a relay measures the line; it does where absent. */
  echoes?: boolean;
  /** Refuses connections with this code and message. */
  refuseConnections?: { readonly code: string; readonly message: string };
}

/** A real Socket.IO server that takes what a relay sends as the platform's does, and misbehaves as a test tells it. */
export class ScriptedServer {
  readonly script: Script;
  readonly streams: Stream[] = [];
  /** Numbers in the order in which they came, again ones included. */
  readonly came: number[] = [];
  readonly #http: HttpServer;
  readonly #io: Server;

  private constructor(script: Script) {
    this.script = script;
    this.#http = createServer();
    this.#io = new Server(this.#http, { serveClient: false });
    const relays = this.#io.of(RELAY_NAMESPACE);
    relays.use((_socket, next) => {
      const refusal = this.script.refuseConnections;
      next(refusal && Object.assign(new Error(refusal.message), { data: refusal }));
    });
    relays.on('connection', (socket) => this.#serve(socket));
  }

  /** Listens on a port of 127.0.0.1; on any free one where it is 0. */
  static async listen(script: Script = {}, port = 0): Promise<ScriptedServer> {
    const server = new ScriptedServer(script);
    await new Promise<void>((done) => server.#http.listen(port, '127.0.0.1', done));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** Relays that are connected now. */
  get connections(): number {
    return this.#io.of(RELAY_NAMESPACE).sockets.size;
  }

  /** Asks something of every relay that is connected. */
  ask(event: 'relay:rate' | 'relay:pause', request: object): void {
    this.#io.of(RELAY_NAMESPACE).emit(event, request);
  }

  /** Asks every relay that is connected for something of its sim's camera; resolves with their answers. */
  askCamera(request: object): Promise<unknown[]> {
    return this.#io.of(RELAY_NAMESPACE).timeout(5_000).emitWithAck('relay:camera', request);
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#io.of(RELAY_NAMESPACE).sockets.values()) socket.conn.close();
  }

  async close(): Promise<void> {
    await this.#io.close();
  }

  #serve(socket: Socket): void {
    let stream: Stream | undefined;
    let batches = 0;
    socket.on('relay:hello', (hello: RelayHello, ack: (welcome: Ack<RelayWelcome>) => void) => {
      const refusal = this.script.onHello?.(hello);
      if (refusal) {
        ack(refusal);
        return;
      }
      stream = this.#streamOf(hello);
      stream.hellos += 1;
      ack({
        ok: true,
        sessionId: `sess_${hello.simSessionKey}`,
        have: have(stream),
        takesAhead: this.script.takesAhead ?? false,
        ...(this.script.hasEnded?.(hello) === true && { ended: true }),
      });
    });
    // One call after another, as they come.
    let turn: Promise<unknown> = Promise.resolve();
    const inTurn = (run: () => Promise<void>) => {
      turn = turn.then(run);
    };
    socket.on('relay:frames', (batch: Buffer, _sentAt: number, ack: (receipt: Ack<FramesReceipt>) => void) =>
      inTurn(async () => {
        const current = stream;
        if (current === undefined) throw new Error('Frames came before a greeting.');
        const records = splitBatch(batch).map((record) => ({ seq: record.seq, record: decodeRecord(record) }));
        for (const { seq } of records) this.came.push(seq);
        const deed = (await this.script.onBatch?.(records.map(({ record }) => record))) ?? 'take';
        if (deed === 'take' || deed === 'take, then break') take(current, records);
        if (deed === 'break' || deed === 'take, then break') socket.conn.close();
        else if (deed === 'refuse') ack({ ok: false, error: { code: 'internal', message: 'the disk is full' } });
        else {
          batches += 1;
          const synced = this.script.syncs?.(batches);
          if (synced === undefined) ack({ ok: true, have: have(current) });
          // Not in turn: what comes behind it is taken meanwhile.
          else void synced.then(() => ack({ ok: true, have: have(current) }));
        }
      }),
    );
    socket.on('relay:ahead', ({ to }: RelayAhead, ack: (receipt: Ack<FramesReceipt>) => void) =>
      inTurn(async () => {
        if (stream === undefined) throw new Error('A relay went ahead before a greeting.');
        stream.gaps.push({ next: stream.last + 1, to });
        stream.last = to;
        ack({ ok: true, have: have(stream) });
      }),
    );
    socket.on('relay:lost', (lost: RelayLost, ack: (receipt: Ack<FramesReceipt>) => void) =>
      inTurn(async () => {
        if (stream === undefined) throw new Error('Records were lost before a greeting.');
        stream.lost.push(lost);
        stream.first ||= lost.from;
        if (stream.last === 0 || lost.from <= stream.last + 1) stream.last = Math.max(stream.last, lost.to);
        ack({ ok: true, have: have(stream) });
      }),
    );
    socket.on('relay:status', (status: RelayStatus, ack: (answer: Ack<object>) => void) => {
      stream?.statuses.push(status);
      ack({ ok: true });
    });
    socket.on('relay:echo', (_: object, ack: (answer: Ack<object>) => void) => {
      if (this.script.echoes ?? true) ack({ ok: true });
    });
    socket.on('relay:bye', async (bye: RelayBye, ack: (answer: Ack<object>) => void) => {
      stream?.byes.push(bye);
      await this.script.onBye?.();
      ack({ ok: true });
    });
  }

  #streamOf(hello: RelayHello): Stream {
    const same = (each: Stream) => each.hello.run === hello.run && each.hello.simSessionKey === hello.simSessionKey;
    let stream = this.streams.find(same);
    if (stream === undefined) {
      stream = { hello, records: [], byes: [], lost: [], statuses: [], hellos: 0, first: 0, last: 0, gaps: [] };
      this.streams.push(stream);
    }
    return stream;
  }
}

/** Keeps what comes next, at the end or in a gap: what is there already is not taken twice. */
function take(stream: Stream, records: readonly { seq: number; record: SourceRecord }[]): void {
  for (const { seq, record } of records) {
    const gap = stream.gaps.find(({ next }) => next === seq);
    if (gap === undefined && stream.last !== 0 && seq !== stream.last + 1) continue;
    stream.records.push(record);
    stream.first ||= seq;
    if (gap === undefined) stream.last = seq;
    else gap.next += 1;
    if (gap !== undefined && gap.next > gap.to) stream.gaps.splice(stream.gaps.indexOf(gap), 1);
  }
}

function have({ first, last, gaps }: Stream): SeqRanges {
  const begins = [first, ...gaps.map(({ to }) => to + 1)];
  const ends = [...gaps.map(({ next }) => next - 1), last];
  return begins.flatMap((from, i) => {
    const to = ends[i] ?? 0;
    return last > 0 && from <= to ? [[from, to] as const] : [];
  });
}
