import { resolve } from 'node:path';
import { askControl, type ControlAnswer, ControlError, type ControlRequest, runningServers } from '@okboxbox/server';
import { CommandFailed } from './failures.js';
import { userFolder } from './place.js';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);
/** What to do where a server wants a token with `ops:read`. */
export const OPS_TOKEN_HINT =
  'Give --token or OKBOXBOX_TOKEN ("okboxbox token --role ops" on the server\'s machine prints one), or name the data folder of the running server with --data.';

/** What a server answers to one kind of request. */
export type AnswerTo<A extends ControlRequest['ask']> = Extract<ControlAnswer, { readonly answer: A }>;

/** The data folder that a command is about: as it was said, else as the environment says it. */
export function dataFolder(data: string | undefined): string {
  return resolve(userFolder(), data ?? (process.env.DATA_DIR || '.okboxbox'));
}

/**
 * Asks the server that runs on a data folder of this machine. `command` is what to type where it can be asked.
 * @throws CommandFailed that says where that is, or why the server refuses.
 */
export async function askServer<A extends ControlRequest['ask']>(
  data: string | undefined,
  request: ControlRequest & { readonly ask: A },
  command: string,
): Promise<AnswerTo<A>> {
  const folder = dataFolder(data);
  let answer: ControlAnswer;
  try {
    answer = await askControl(folder, request);
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    if (error.fault !== 'none') throw new CommandFailed(error.message);
    throw new CommandFailed(`${error.message} ${whereInstead(await runningServers(), command)}`);
  }
  if (answer.answer === 'refused') throw new CommandFailed(answer.message);
  return answer as AnswerTo<A>;
}

/**
 * A short-lived token with `ops:read` for a command that only looks at the server at `url`, from the server of the data
 * folder; `null` where none runs there. To a server on another machine it goes only where the folder was named.
 */
export async function askForOps(
  url: string,
  sub: string,
  ttlSeconds: number,
  data: string | undefined,
): Promise<string | null> {
  if (data === undefined && !LOOPBACK.has(new URL(url).hostname)) return null;
  const request = { ask: 'token', sub, role: 'ops', ttlSeconds } as const;
  const answer = await askControl(dataFolder(data), request).catch((error: unknown) => {
    // The server at the address says what it needs.
    if (error instanceof ControlError) return null;
    throw error;
  });
  return answer?.answer === 'token' ? answer.token : null;
}

/** Where the command can be run, given the data folders of the servers of this machine. */
export function whereInstead(folders: readonly string[], command: string): string {
  const [only, ...more] = folders;
  if (only === undefined) {
    return (
      `Start the server, or run this on the machine where it runs, with its data folder: "${command} --data DIR". ` +
      'DIR is the DATA_DIR of the server; it prints it when it starts.'
    );
  }
  if (more.length === 0) return `A server runs here on another folder: "${command} --data ${shown(only)}".`;
  return `Servers run here on other folders: ${folders.map(shown).join(', ')}. Name one: "${command} --data ${shown(only)}".`;
}

/** A path as it can be typed in a shell. */
function shown(path: string): string {
  return /^[\w/.:@%+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
