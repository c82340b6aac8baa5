import { connect } from 'node:net';
import { CONTROL_FILE, type SocketPath, socketPath } from '../socket-path.js';
import { type ControlAnswer, type ControlRequest, controlAnswer, MAX_MESSAGE_BYTES } from './control-messages.js';

/** How long a server may take to answer, in ms: it signs, and waits for nothing. */
const ANSWER_WITHIN_MS = 10_000;

/** Why a server could not be asked. `none`: no server runs on this folder, or it runs without a socket file. */
export type ControlFault = 'none' | 'forbidden' | 'silent' | 'unclear';

/** The running server of a data directory could not be asked. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly fault: ControlFault;
  /** The socket file or pipe that was tried. */
  readonly path: string;

  constructor(fault: ControlFault, path: string, message: string) {
    super(message);
    this.fault = fault;
    this.path = path;
  }
}

/**
 * Asks the running server of a data directory.
 * @throws ControlError
 */
export async function askControl(dataDir: string, request: ControlRequest): Promise<ControlAnswer> {
  const where = pathOf(dataDir);
  try {
    const line = await exchange(where.path, `${JSON.stringify(request)}\n`);
    const answer = controlAnswer.safeParse(jsonOf(line));
    if (answer.success) return answer.data;
    throw new ControlError('unclear', where.shown, `What answers at ${where.shown} is not a server of this version.`);
  } catch (error) {
    throw error instanceof ControlError ? error : faultOf(error as NodeJS.ErrnoException, where.shown);
  } finally {
    where.release();
  }
}

function pathOf(dataDir: string): SocketPath {
  try {
    const where = socketPath(dataDir, CONTROL_FILE);
    if (where !== null) return where;
  } catch (error) {
    throw faultOf(error as NodeJS.ErrnoException, dataDir);
  }
  throw new ControlError(
    'none',
    dataDir,
    `The path of ${dataDir} is too long for a socket file. Use a shorter DATA_DIR.`,
  );
}

function exchange(path: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let text = '';
    socket.setEncoding('utf8');
    socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    socket.once('connect', () => socket.write(line));
    socket.on('data', (part: string) => {
      text += part;
      if (text.length > MAX_MESSAGE_BYTES) socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(text));
  });
}

function faultOf({ code }: NodeJS.ErrnoException, path: string): ControlError {
  if (code === 'EACCES' || code === 'EPERM')
    return new ControlError(
      'forbidden',
      path,
      `${path} belongs to another user: run this as the user who runs the server.`,
    );
  if (code === 'ETIMEDOUT')
    return new ControlError(
      'silent',
      path,
      `The server at ${path} does not answer. Its log may say why; else restart it.`,
    );
  // A file without a server is left by one that was killed.
  return new ControlError('none', path, `No server is running on this folder (${path}: ${code ?? 'no answer'}).`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
