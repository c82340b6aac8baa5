import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, emitKeypressEvents } from 'node:readline';
import { ConfigError, readEnvFile, readRelayConfig, runRelay } from '@okboxbox/relay';
import { monotonicClock, openSource, PlaybackClock } from '@okboxbox/sims';
import { CommandFailed, endOfSource } from '../failures.js';
import { userFolder } from '../place.js';
import { untilStopped } from '../stopping.js';
import { version } from '../version.js';

export interface ReplayOptions {
  /** Infinity does not wait at all. */
  readonly speed: number;
  readonly show?: string;
}

/** What a person tells a replay: by key on a terminal, by line elsewhere. */
type Order =
  | { readonly order: 'pause' | 'quit' }
  | { readonly order: 'skip'; readonly seconds: number }
  | { readonly order: 'speed'; readonly factor: number };

const KEYS: Readonly<Record<string, Order>> = {
  space: { order: 'pause' },
  p: { order: 'pause' },
  right: { order: 'skip', seconds: 10 },
  left: { order: 'skip', seconds: -10 },
  up: { order: 'skip', seconds: 60 },
  down: { order: 'skip', seconds: -60 },
  '+': { order: 'speed', factor: 2 },
  '-': { order: 'speed', factor: 0.5 },
  q: { order: 'quit' },
};
const HELP = 'Space: pause. → ←: 10 s forward, back. ↑ ↓: a minute forward, back. + -: speed. q: quit.';
const SLOWEST = 0.1;
const FASTEST = 1_000;

/**
 * Plays a recording through the live path, as a relay that somebody holds the clock of. Going back begins a session of
 * its own, played quickly up to that place: a race that was shown does not run backwards.
 */
export async function replay(file: string, options: ReplayOptions): Promise<void> {
  process.title = 'okboxbox relay';
  const quitting = new AbortController();
  void untilStopped().then(() => quitting.abort());
  const unbounded = !Number.isFinite(options.speed);
  /** Where in the race this round of it began to be played, and what the clock showed then. */
  let startAtMs = 0;
  const speed = unbounded ? 1 : options.speed;
  let clock = new PlaybackClock(monotonicClock, speed);
  let begin = 0;
  let again = new AbortController();

  const obey = (order: Order) => {
    switch (order.order) {
      case 'pause':
        if (clock.isPaused) clock.resume();
        else clock.pause();
        say(clock.isPaused ? 'paused' : 'resumed');
        break;
      case 'skip': {
        if (order.seconds > 0) {
          clock.skip(order.seconds * 1000);
        } else {
          startAtMs = Math.max(0, startAtMs + clock.now() - begin + order.seconds * 1000);
          again.abort();
        }
        say(`${order.seconds > 0 ? 'forward' : 'back'} ${Math.abs(order.seconds)} s`);
        break;
      }
      case 'speed':
        clock.setSpeed(Math.min(FASTEST, Math.max(SLOWEST, clock.speed * order.factor)));
        say(`${clock.speed} × real time`);
        break;
      case 'quit':
        quitting.abort();
        break;
      default:
        order satisfies never;
    }
  };
  const unlisten = unbounded ? () => undefined : listen(obey);
  // What is replayed lies in a file already: it waits for the server in a folder that goes with this command.
  const spoolDir = await mkdtemp(join(tmpdir(), 'okboxbox-replay-'));
  try {
    const cwd = userFolder();
    const config = { ...readRelayConfig(process.env, readEnvFile(join(cwd, 'relay.env')), cwd), spoolDir };
    for (;;) {
      again = new AbortController();
      const paused = clock.isPaused;
      clock = new PlaybackClock(monotonicClock, clock.speed);
      begin = clock.now();
      const source = await openSource(`recording:${file}`, { cwd: userFolder() });
      const outcome = runRelay({
        source,
        speed: unbounded ? null : 1,
        paceClock: clock,
        skipS: startAtMs / 1000,
        config: { current: config, onChange: () => undefined },
        relayId: `replay@${hostname()}`,
        ...(options.show !== undefined && { show: options.show }),
        signal: AbortSignal.any([quitting.signal, again.signal]),
        output: process.stderr,
        version,
      });
      if (paused) clock.pause();
      const ended = await outcome;
      if (ended.reason === 'failed') throw new CommandFailed(ended.message ?? 'The replay failed.');
      if (!again.signal.aborted || quitting.signal.aborted) return;
    }
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandFailed(error.message);
    throw endOfSource(error);
  } finally {
    unlisten();
    await rm(spoolDir, { recursive: true, force: true });
  }
}

function say(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}\n` : `${text}\n`);
}

/** Hears orders from the terminal's keys, or from lines of standard input. Returns the way to stop. */
function listen(obey: (order: Order) => void): () => void {
  const { stdin } = process;
  if (!stdin.isTTY) {
    const lines = createInterface({ input: stdin });
    lines.on('line', (line) => {
      const order = orderOf(line.trim());
      if (order) obey(order);
      else if (line.trim() !== '')
        say(`"${line.trim()}" is not a command. Commands: pause, skip SECONDS, speed FACTOR, quit`);
    });
    return () => lines.close();
  }
  say(HELP);
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdin.on('keypress', (_text, key: { name?: string; sequence?: string; ctrl?: boolean }) => {
    if (key.ctrl && key.name === 'c') obey({ order: 'quit' });
    const order = KEYS[key.name ?? ''] ?? KEYS[key.sequence ?? ''];
    if (order) obey(order);
  });
  return () => {
    stdin.setRawMode(false);
    stdin.pause();
  };
}

function orderOf(line: string): Order | null {
  const [word, value] = line.split(/\s+/);
  const number = Number(value);
  if (word === 'pause' || word === 'quit') return { order: word };
  if (word === 'skip' && Number.isFinite(number)) return { order: 'skip', seconds: number };
  if (word === 'speed' && number > 0) return { order: 'speed', factor: number };
  return null;
}
