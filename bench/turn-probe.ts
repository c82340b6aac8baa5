import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Loaded into a server that is measured (`--import`): at SIGUSR2 it watches each turn of the event loop for a while, and
 * writes the longest to the file that TURN_PROBE names. By the time that the thread has the processor: on a machine that does
 * other things as well, a turn by the clock says how much those take.
 */

const MEASURED_MS = 10_000;
const path = process.env.TURN_PROBE;

/** Processor time of the main thread, in ms, from Linux's schedstat. */
const used = () => Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;

process.on('SIGUSR2', () => {
  const until = performance.now() + MEASURED_MS;
  const turns: number[] = [];
  let before = used();
  const look = () => {
    const now = used();
    turns.push(now - before);
    before = now;
    if (performance.now() < until) setImmediate(look);
    else {
      turns.sort((a, b) => a - b);
      const at = (part: number) => Math.round((turns[Math.floor(turns.length * part)] ?? 0) * 100) / 100;
      const longest = turns.slice(-5).map((ms) => Math.round(ms * 100) / 100);
      if (path !== undefined)
        writeFileSync(path, JSON.stringify({ turns: turns.length, p999Ms: at(0.999), longestMs: longest }));
    }
  };
  setImmediate(look);
});
