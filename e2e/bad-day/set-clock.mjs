// Preloaded into a relay (NODE_OPTIONS=--import …): this PC's clock is ahead by the milliseconds in a file, and is set
// anew when they change. Date.now alone: where a real clock is set, the monotonic one goes on as it did.
import { readFileSync } from 'node:fs';

const LOOK_MS = 50;
const machine = Date.now;
let aheadMs = 0;
const look = () => {
  const text = readFileSync(process.env.CLOCK_AHEAD_FILE, 'utf8');
  if (text !== '') aheadMs = Number(text);
};
look();
setInterval(look, LOOK_MS).unref();
Date.now = () => machine() + aheadMs;
