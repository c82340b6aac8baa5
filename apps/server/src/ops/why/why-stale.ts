import type { WhyAnswer, WhyStep } from '@okboxbox/protocol';
import { connectionStep, rightStep, roomStep } from './access-steps.js';
import { delayStep, lineStep, pageStep, tickStep } from './audience-steps.js';
import { ingestStep, timelineStep, timingStep } from './session-steps.js';
import type { WhyFacts } from './why-facts.js';
import type { Judged } from './why-step.js';

/** In the order of a frame's way to a socket. */
const STEPS: readonly ((facts: WhyFacts) => Judged | null)[] = [
  ...[connectionStep, rightStep, roomStep],
  ...[ingestStep, timelineStep, timingStep],
  ...[delayStep, tickStep, lineStep, pageStep],
];

/**
 * Why a socket shows what it shows: walks a frame's way up to it and stops at the first step where nothing goes on, with
 * what to do then. Knows nothing but the facts that it is given.
 */
export function whyStale(facts: WhyFacts): WhyAnswer {
  const steps: WhyStep[] = [];
  let verdict: WhyAnswer['verdict'] = 'fresh';
  let text = `It shows ${shown(facts)}: no step is blocked.`;
  let nextStep: string | null = null;
  for (const judge of STEPS) {
    const judged = judge(facts);
    if (judged === null) continue;
    const { step, next, isEnd } = judged;
    steps.push(step);
    const rank = RANK[step.state] - RANK[verdict === 'fresh' ? 'ok' : verdict];
    // Where nothing passes at all says more than what only comes later.
    if (rank > 0 || (rank === 0 && isEnd)) {
      verdict = step.state === 'ok' ? 'fresh' : step.state;
      text = step.text;
      nextStep = next;
    }
    if (step.state === 'broken' || isEnd) break;
  }
  if (verdict === 'fresh' && !saysWhatItShows(facts)) {
    verdict = 'unknown';
    text = `It was sent ${shown(facts)}, and no step is blocked. It sends no heartbeat, so what it shows is not known.`;
    nextStep =
      'Look at the page itself. A client of your own can send feed:beat every 2 s: then this says what it shows.';
  }
  return { socketId: facts.socketId, verdict, text, steps, nextStep };
}

function saysWhatItShows({ connection }: WhyFacts): boolean {
  return connection.state === 'open' && connection.beats?.isOwn === true;
}

/** What is known to hold it up on purpose explains more than what is not known. */
const RANK: Readonly<Record<WhyStep['state'], number>> = { ok: 0, expected: 1, unknown: 2, broken: 3 };

function shown({ connection, line }: WhyFacts): string {
  const said = connection.state === 'open' ? (connection.beats?.shownAgeMs ?? null) : null;
  const ageMs = said ?? line.newestFrameAgeMs;
  if (ageMs === null) return 'the last state of the race';
  return `the race of ${(ageMs / 1_000).toFixed(1)} s ago`;
}
