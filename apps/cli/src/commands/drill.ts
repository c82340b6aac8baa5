import { createInterface } from 'node:readline/promises';
import {
  CLEARED_WITHIN_MS,
  DRILLS,
  type Drill,
  FindingsTail,
  type Fix,
  FOUND_WITHIN_MS,
  ServerUnderTest,
  TestSystem,
  untilCleared,
  untilSilent,
} from '@okboxbox/drills';
import { CommandFailed, UsageError } from '../failures.js';
import { untilStopped } from '../stopping.js';

export interface DrillOptions {
  /** Seconds that it stays broken; absent: until Enter is pressed, or where nobody can, until it is found. */
  readonly keep?: number;
  /** A test server that runs already, with `DRILLS_ENABLED`. */
  readonly server?: string;
  readonly token?: string;
}

/** How long a system may take to be well before it is broken, in ms. */
const WELL_MS = 60_000;

/** Lists the drills, or runs one: breaks a test system on purpose, shows what is found, and repairs it. */
export async function drill(name: string, options: DrillOptions): Promise<void> {
  if (name === 'list') {
    for (const each of DRILLS) process.stdout.write(`${lineOf(each)}\n`);
    return;
  }
  const found = DRILLS.find((each) => each.name === name);
  if (found === undefined) throw new UsageError(`unknown drill "${name}"; "okboxbox drill list" lists the drills`);
  if ((options.server === undefined) !== (options.token === undefined))
    throw new UsageError('drill needs --server and --token together, or neither to use a temporary system');
  const stopped = untilStopped().then(() => 'stopped' as const);
  if (options.server === undefined) await onItsOwn(found, options, stopped);
  else await onServer(found, options, stopped);
}

function lineOf({ name, code, cause, what, on }: Drill): string {
  const where = on === 'server' ? ' [--server]' : '';
  return `${name.padEnd(36)} ${`${code}/${cause}`.padEnd(52)} ${what}${where}`;
}

/** Starts a system, and runs a drill on it. */
async function onItsOwn(drill: Drill, options: DrillOptions, stopped: Promise<'stopped'>): Promise<void> {
  say('Starting a test system …');
  const system = await started(TestSystem.start(drill.on === 'system' ? drill.like : {}));
  try {
    const signIn = /Sign in once with (\S+)/.exec(system.server.said)?.[1];
    say(`Console      ${system.url}/admin/ops`);
    say(`Public page  ${system.url}/public/local`);
    if (signIn !== undefined) say(`Sign in      ${signIn}`);
    await run(system, drill, () => (drill.on === 'system' ? drill.inject(system) : drill.inject(system)), options, {
      stopped,
      isSomebodys: false,
    });
  } finally {
    say('The test system has stopped.');
    await system.end();
  }
}

/** Runs a drill on a server that is somebody's test server. */
async function onServer(drill: Drill, options: DrillOptions, stopped: Promise<'stopped'>): Promise<void> {
  if (drill.on !== 'server') {
    throw new UsageError(`${drill.name} starts its own processes: run it without --server`);
  }
  const server = new ServerUnderTest((options.server ?? '').replace(/\/$/, ''), async () => options.token ?? '');
  try {
    await started(server.get('/api/drills'));
    await run(server, drill, () => drill.inject(server), options, { stopped, isSomebodys: true });
  } finally {
    server.closeClients();
  }
}

async function started<T>(starting: Promise<T>): Promise<T> {
  try {
    return await starting;
  } catch (error) {
    throw new CommandFailed(
      `${(error as Error).message}\nA test server needs DRILLS_ENABLED=1 and OPS_UI_ENABLED=1, and a token with the role admin.`,
    );
  }
}

async function run(
  server: ServerUnderTest,
  { name, code, cause, what, fix }: Drill,
  inject: () => Promise<Fix>,
  { keep }: DrillOptions,
  { stopped, isSomebodys }: { readonly stopped: Promise<'stopped'>; readonly isSomebodys: boolean },
): Promise<void> {
  const interrupted = stopped.then((): never => {
    throw new CommandFailed(`${name} was stopped early.`);
  });
  await Promise.race([started(untilSilent(server, WELL_MS)), interrupted]);
  say(`\nNo problems found. Now breaking it: ${what}`);
  const broken = started(inject());
  const repair = await Promise.race([broken, interrupted]).catch(async (error: unknown) => {
    if (isSomebodys) await broken.then((undo) => undo()).catch(() => undefined);
    throw error;
  });
  const tail = new FindingsTail(server, { code, cause }, say);
  const isOver =
    keep !== undefined
      ? seconds(keep)
      : process.stdin.isTTY
        ? enter()
        : Promise.race([tail.found, seconds(FOUND_WITHIN_MS / 1_000)]);
  // A terminal's Ctrl-C ends a system of its own as well, which is stopped as it is; a server that was named is repaired.
  await Promise.race([isOver, isSomebodys ? stopped : interrupted]);
  const foundAfterMs = tail.foundAfterMs;
  say(`\nNow repairing it: ${fix}`);
  await started(repair());
  const clearedAfterMs = await Promise.race([untilCleared(server, code), interrupted]);
  await tail.close();
  if (foundAfterMs === null) throw new CommandFailed(`${code}/${cause} was not found.`);
  if (clearedAfterMs === null) {
    throw new CommandFailed(`${code} was still found ${CLEARED_WITHIN_MS / 1_000} s after the repair.`);
  }
  const inSeconds = (ms: number) => (ms / 1_000).toFixed(1);
  process.stdout.write(
    `${name}: ${code}/${cause} found after ${inSeconds(foundAfterMs)} s, cleared after ${inSeconds(clearedAfterMs)} s\n`,
  );
}

async function enter(): Promise<void> {
  // The terminal itself makes a signal of Ctrl-C then, as everywhere else.
  const asking = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  await asking.question('Press Enter to repair it.\n');
  asking.close();
}

function seconds(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 1_000));
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
