// Preloaded into a relay: the clocks of its PC. The time of day is ahead by CLOCK_AHEAD_MS. The clock that counts from the
// PC's start stands still while it sleeps, as on Linux: a process that was stopped takes it for that.
const STOPPED_MS = 2_000;
const LOOK_MS = 50;

const aheadMs = Number(process.env.CLOCK_AHEAD_MS ?? 0);
const timeOfDay = Date.now;
Date.now = () => timeOfDay() + aheadMs;

const sinceStart = performance.now.bind(performance);
let lastAt = sinceStart();
let asleepMs = 0;
performance.now = () => {
  const now = sinceStart();
  if (now - lastAt > STOPPED_MS) asleepMs += now - lastAt;
  lastAt = now;
  return now - asleepMs;
};
setInterval(() => performance.now(), LOOK_MS).unref();
