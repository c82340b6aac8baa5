import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { SignIn } from '../access/sign-in.js';
import type { Tokens } from '../access/tokens.js';
import type { Logger } from '../log.js';
import { CONTROL_FILE, type SocketPath, socketPath } from '../socket-path.js';
import { type ControlAnswer, controlRequest, MAX_MESSAGE_BYTES } from './control-messages.js';

/** How long a caller may take to ask, in ms. */
const ASK_WITHIN_MS = 5_000;
/** Callers at once: commands that people type. */
const MAX_CALLERS = 16;

export interface ControlDeps {
  readonly dataDir: string;
  readonly url: string;
  readonly tokens: Tokens;
  readonly signIn: SignIn;
  readonly log: Logger;
  readonly audit: (who: string, action: string, detail: object) => void;
}

/**
 * Answers the commands of this machine through a socket file in the data directory, which only its owner can open (mode
 * 0600): `okboxbox token` and `okboxbox sign-in` need no secret of their own. The caller holds the directory's lock, so a
 * file that is there was left by a server that was killed. Where the file cannot be made, the server runs without it and
 * says so in the log. Returns the way to close it.
 */
export async function serveControl(deps: ControlDeps): Promise<() => Promise<void>> {
  const { dataDir, log } = deps;
  const callers = new Set<Socket>();
  const server = createServer((socket) => {
    callers.add(socket);
    socket.once('close', () => callers.delete(socket));
    answerOne(socket, deps);
  });
  server.maxConnections = MAX_CALLERS;
  let where: SocketPath | null = null;
  try {
    where = socketPath(dataDir, CONTROL_FILE);
    if (where === null) throw new Error('its path is too long for a socket');
    if (process.platform !== 'win32') await rm(where.path, { force: true });
    await listen(server, where.path);
  } catch (error) {
    where?.release();
    log.warn(
      { dataDir, because: (error as Error).message },
      'the socket file cannot be made: "okboxbox token" and "okboxbox sign-in" cannot ask this server',
    );
    return async () => undefined;
  }
  const { release } = where;
  server.on('error', (error) => log.warn({ err: error }, 'the socket file failed'));
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of callers) socket.destroy();
    await closed;
    release();
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // The file is made within this call: nobody else can open it, not even for a moment.
    const mask = process.umask(0o177);
    try {
      server.listen({ path }, resolve);
    } finally {
      process.umask(mask);
    }
  });
}

/** Reads one line, answers it, and closes. */
function answerOne(socket: Socket, deps: ControlDeps): void {
  const late = setTimeout(() => socket.destroy(), ASK_WITHIN_MS);
  late.unref();
  let text = '';
  let isAsked = false;
  socket.setEncoding('utf8');
  socket.on('error', () => undefined);
  socket.on('close', () => clearTimeout(late));
  socket.on('data', (part: string) => {
    if (isAsked) return;
    text += part;
    const end = text.indexOf('\n');
    if (end === -1 && text.length <= MAX_MESSAGE_BYTES) return;
    isAsked = true;
    const asked = end === -1 ? Promise.resolve(refuse('The request is too long.')) : answerTo(text.slice(0, end), deps);
    asked.then(
      (answer) => socket.end(`${JSON.stringify(answer)}\n`),
      (error: unknown) => {
        deps.log.error({ err: error }, 'a command could not be answered');
        socket.end(`${JSON.stringify(refuse('The server could not do it; the cause is in its log.'))}\n`);
      },
    );
  });
}

async function answerTo(line: string, { tokens, signIn, url, audit }: ControlDeps): Promise<ControlAnswer> {
  const parsed = controlRequest.safeParse(jsonOf(line));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse(
      `The request's "${issue?.path.join('.')}" cannot be used: ${issue?.message}. Use the command of the server's own version.`,
    );
  }
  const request = parsed.data;
  if (tokens.sign === null) {
    return refuse('Tokens come from your identity provider (JWKS_URL); this server makes none. Sign in there.');
  }
  switch (request.ask) {
    case 'token': {
      const { ask: _, ttlSeconds, ...claims } = request;
      const signed = await tokens.sign(claims, ttlSeconds);
      audit(claims.sub, 'token.make', { ...claims, ttlSeconds, jti: signed.jti });
      return { answer: 'token', ...signed, url };
    }
    case 'sign-in': {
      const issued = signIn.issue('admin');
      if (issued === null) return refuse('This server makes no sign-in links.');
      audit('cli:sign-in', 'sign_in.link', { expiresAt: issued.expiresAt });
      return { answer: 'sign-in', ...issued, url };
    }
    default:
      return request satisfies never;
  }
}

function refuse(message: string): ControlAnswer {
  return { answer: 'refused', message };
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
