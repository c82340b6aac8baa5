import { behindMs } from './audience-steps.js';
import type { WhyFacts } from './why-facts.js';
import { broken, expected, figure, type Judged, ok, STOPPED_MS, seconds, unknown } from './why-step.js';

/** Frames that waited longer than this at their relay are a backlog, in ms. */
const BACKLOG_MS = 5_000;
const OUR_FAULT =
  'This is a fault of the server: export a support pack of the session, then restart the server. The timeline is on disk; nothing is lost.';

/** A session that runs, and that somebody in its room waits for. */
function running({ session }: WhyFacts) {
  return session === null || session.status === 'ended' ? null : session;
}

export function ingestStep(facts: WhyFacts): Judged | null {
  const judged = whatComes(facts);
  if (judged === null || !judged.isEnd || !hasToAir(facts)) return judged;
  // What it is shown came long ago: that nothing comes now holds it up only once the line is empty.
  const { text, figures } = judged.step;
  const later = `${text} This picture is ${seconds(behindMs(facts))} behind the race and continues until it reaches that moment.`;
  return expected('ingest', later, { next: judged.next, isEnd: false }, figures);
}

/** Whether a delayed picture moves, and has what it is to go on with. */
function hasToAir(facts: WhyFacts): boolean {
  const { watches, delay, line } = facts;
  if (watches === null || watches.extra === null || delay === null || delay.bufferedEvents === 0) return false;
  return line.newestFrameAgeMs !== null && line.newestFrameAgeMs <= behindMs(facts) + STOPPED_MS;
}

function whatComes(facts: WhyFacts): Judged | null {
  const session = running(facts);
  if (session === null) return null;
  const { relays, lastFrameAgeMs, framesPerSec, queueAgeP95Ms, timeline } = session;
  const figures = [
    figure('lastFrameAge', lastFrameAgeMs, 'ms'),
    figure('framesPerSec', framesPerSec, '/s'),
    figure('relays', relays.length),
    figure('queueAgeP95', queueAgeP95Ms, 'ms'),
  ];
  const isComing = lastFrameAgeMs !== null && lastFrameAgeMs <= STOPPED_MS;
  if (isComing && (queueAgeP95Ms ?? 0) > BACKLOG_MS)
    return broken(
      'ingest',
      `Frames waited ${seconds(queueAgeP95Ms ?? 0)} at the relay: it is sending its backlog.`,
      'Check the relay’s network and its waiting records (GET /api/ops/sessions). If a backlog takes more than 10 s, live frames go first automatically.',
      figures,
    );
  if (isComing) return ok('ingest', `Frames arrive: ${framesPerSec} a second.`, figures);
  const since =
    lastFrameAgeMs === null ? 'No frame has arrived yet' : `No frame has arrived for ${seconds(lastFrameAgeMs)}`;
  // A disk that takes nothing stops its relays: that is further on.
  if (timeline?.state === 'failing') return unknown('ingest', `${since}; see the step "timeline".`, null, figures);
  const [relay] = relays;
  if (relay === undefined)
    return broken(
      'ingest',
      `${since}: no relay feeds this session.`,
      'Start the relay on the sim’s PC, with RELAY_KILL_SWITCH=0 and RELAY_BACKENDS naming this server; GET /api/ops/events?type=relay shows why it left.',
      figures,
    );
  const paused = relays.find(({ pausedBecause }) => pausedBecause !== null);
  if (paused !== undefined && relays.every(({ pausedBecause }) => pausedBecause !== null))
    return expected(
      'ingest',
      `${since}: an operator has paused relay ${paused.relayId} (${paused.pausedBecause}).`,
      { next: `Resume it: POST /api/ops/relays/${paused.relayId}/pause with { "paused": false }.`, isEnd: true },
      figures,
    );
  const waits = relays.find(({ waiting }) => (waiting ?? 0) > 0);
  if (waits !== undefined)
    return broken(
      'ingest',
      `${since}: relay ${waits.relayId} is connected, and ${waits.waiting} records are waiting on its PC.`,
      'Check the network of the relay’s PC: its records do not reach the server.',
      [...figures, figure('waiting', waits.waiting), figure('oldestWaiting', waits.oldestWaitingMs, 'ms')],
    );
  return broken(
    'ingest',
    `${since}: relay ${relay.relayId} is connected, but has nothing to send.`,
    'Check that the sim runs and is in a session; the relay’s own page (port 8765 on its PC) shows its state.',
    figures,
  );
}

export function timelineStep(facts: WhyFacts): Judged | null {
  const session = running(facts);
  if (session === null || session.timeline === null) return null;
  const figures = [figure('recordsPerSec', session.flow?.timeline.perSec ?? null, '/s')];
  if (session.timeline.state === 'ok') return ok('timeline', 'New records reach the disk.', figures);
  const { waitingBytes } = session.timeline;
  return broken(
    'timeline',
    'The disk refuses new records.',
    'Free space on the disk of DATA_DIR, or repair its permissions. The server tries again automatically, and nothing is lost.',
    [...figures, figure('waitingBytes', waitingBytes, 'bytes')],
  );
}

export function timingStep(facts: WhyFacts): Judged | null {
  const session = running(facts);
  if (session === null || session.flow === null) return null;
  const { ingest, timing } = session.flow;
  const figures = [figure('ingestPerSec', ingest.perSec, '/s'), figure('timingPerSec', timing.perSec, '/s')];
  if (ingest.perSec > 0 && timing.perSec === 0)
    return broken('timing', 'Records arrive, but none enters the timing.', OUR_FAULT, figures);
  return ok('timing', 'New records reach the timing.', figures);
}
