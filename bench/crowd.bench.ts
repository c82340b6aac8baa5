import { measureCrowd } from './crowd.js';

/**
 * A crowd that comes at once: 4,000 viewers connect to a running server in the same moment, each from an address of its
 * own, and then watch a session of 60 cars at 10 Hz. How long until the last has joined, what a message costs the server, and
 * the longest turns of its event loop in processor time (`turn-probe.ts`).
 */

const VIEWERS = 4_000;
/** Longest that a turn may take, in ms of processor time. */
const BUDGET_MS = 25;

const figures = await measureCrowd(VIEWERS, 0);
const isWithinBudget = Math.max(...figures.longestTurnsMs) <= BUDGET_MS;
console.log(JSON.stringify({ bench: 'crowd', ...figures, budgetMs: BUDGET_MS, withinBudget: isWithinBudget }));
