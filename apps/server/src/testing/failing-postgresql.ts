import { connect, createServer, type Server, type Socket } from 'node:net';

/** A database server that lets everybody in and answers every statement with the same error. */
export interface FailingPostgresql {
  readonly port: number;
  /** How many statements it has refused. */
  readonly refused: () => number;
  close(): Promise<void>;
}

/** Starts one; `message` and `detail` are what it says, as PostgreSQL words them. */
export async function failingPostgresql(message: string, detail: string): Promise<FailingPostgresql> {
  const sockets = new Set<Socket>();
  let refused = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    let rest = Buffer.alloc(0);
    let hasBegun = false;
    socket.on('data', (data: Buffer) => {
      rest = Buffer.concat([rest, data]);
      for (;;) {
        const head = hasBegun ? 1 : 0;
        if (rest.length < head + 4) return;
        const length = rest.readInt32BE(head) + head;
        if (rest.length < length) return;
        const packet = rest.subarray(0, length);
        rest = rest.subarray(length);
        if (!hasBegun) {
          if (packet.readInt32BE(4) === SSL_REQUEST) {
            socket.write('N');
            continue;
          }
          hasBegun = true;
          socket.write(Buffer.concat([answer('R', Buffer.from([0, 0, 0, 0])), READY]));
          continue;
        }
        const kind = String.fromCharCode(packet[0] as number);
        // A plain statement, or one that is prepared: the rest of what belongs to it is passed over up to its end.
        if (kind === 'Q' || kind === 'P') {
          refused += 1;
          socket.write(errorOf(message, detail));
        }
        if (kind === 'Q' || kind === 'S') socket.write(READY);
      }
    });
  });
  const port = await listen(server);
  return { port, refused: () => refused, close: () => closeAll(server, sockets) };
}

/** A way to a real database server that can be made to fail. */
export interface TurningPostgresql {
  readonly port: number;
  /** From now on every statement fails, in these words, and none reaches the server. */
  fail(message: string, detail: string): void;
  close(): Promise<void>;
}

/** Passes everything on to a server, until it is to fail. */
export async function turningPostgresql(host: string, port: number): Promise<TurningPostgresql> {
  const sockets = new Set<Socket>();
  let error: Buffer | null = null;
  const server = createServer((client) => {
    const behind = connect(port, host);
    for (const socket of [client, behind]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        behind.destroy();
      });
    }
    behind.pipe(client);
    client.on('data', (data: Buffer) => {
      // A statement comes with all that belongs to it in one piece.
      if (error === null) behind.write(data);
      else client.write(Buffer.concat([error, READY]));
    });
  });
  const listening = await listen(server);
  return {
    port: listening,
    fail: (message, detail) => {
      error = errorOf(message, detail);
    },
    close: () => closeAll(server, sockets),
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function closeAll(server: Server, sockets: Iterable<Socket>): Promise<void> {
  return new Promise((resolve) => {
    for (const socket of sockets) socket.destroy();
    server.close(() => resolve());
  });
}

const SSL_REQUEST = 80_877_103;
const READY = answer('Z', Buffer.from('I'));

function errorOf(message: string, detail: string): Buffer {
  const fields = [`SERROR`, `VERROR`, `C42P01`, `M${message}`, `D${detail}`].map((field) => `${field}\0`).join('');
  return answer('E', Buffer.from(`${fields}\0`));
}

function answer(kind: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(kind);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
