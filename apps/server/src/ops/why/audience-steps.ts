import type { WhyFacts } from './why-facts.js';
import { broken, expected, figure, type Judged, ok, STOPPED_MS, seconds, unknown } from './why-step.js';

/** A heartbeat that takes longer than this says that the line is slow, in ms. */
const SLOW_RTT_MS = 2_000;
/** What has waited for it longer than this is buffered, in ms. */
const BUFFERED_MS = 1_000;

/** What the picture is meant to be behind, in ms; 0 for who sees it live. */
export function behindMs({ watches, delay }: WhyFacts): number {
  return watches === null || watches.extra === null || delay === null ? 0 : delay.delayMs + delay.extraMs;
}

export function delayStep(facts: WhyFacts): Judged | null {
  const { watches, delay } = facts;
  if (watches === null || watches.extra === null || delay === null) return null;
  const behind = behindMs(facts);
  const figures = [
    figure('state', delay.state),
    figure('delay', delay.delayMs, 'ms'),
    figure('extraDelay', delay.extraMs, 'ms'),
    figure('bufferedEvents', delay.bufferedEvents),
    figure('holdsFor', delay.holdMs, 'ms'),
  ];
  if (delay.line === 'failed')
    return broken(
      'delay',
      'The timeline of this session cannot be read: nothing of it airs.',
      'Check the disk of DATA_DIR and the server’s log. After a restart the server reads the timeline again.',
      figures,
    );
  if (delay.line === 'being_made')
    return expected(
      'delay',
      'After a restart the server reads the last minutes of the session from its timeline; nothing airs until then.',
      { next: 'Wait: the picture continues automatically.', isEnd: true },
      figures,
    );
  if (delay.state === 'paused')
    return expected(
      'delay',
      'A director has paused the picture.',
      {
        next: 'Resume on the director’s desk; when the graphics are 120 s behind, it resumes automatically.',
        isEnd: true,
      },
      figures,
    );
  if (delay.state === 'holding' || !delay.hasAired) {
    const wait = delay.holdMs === null ? 'until a message is due' : `for another ${seconds(delay.holdMs)}`;
    const text = `The picture is held ${wait}: its delay is ${seconds(behind)}.`;
    return expected('delay', text, { next: 'Wait: the picture continues automatically.', isEnd: true }, figures);
  }
  if (behind === 0) return ok('delay', 'No delay is set.', figures);
  const text = `Its delay is ${seconds(behind)}: newer messages wait until they are due.`;
  return expected(
    'delay',
    text,
    { next: 'Nothing, or set another delay on the director’s desk.', isEnd: false },
    figures,
  );
}

export function tickStep(facts: WhyFacts): Judged | null {
  const { watches, session, delay } = facts;
  if (watches === null || session === null || session.flow === null) return null;
  const isLive = watches.extra === null;
  if (isLive && session.status === 'ended') return null;
  const { perSec, total } = isLive ? session.flow.liveTicks : session.flow.broadcastTicks;
  const figures = [figure('ticksPerSec', perSec, '/s'), figure('ticks', total)];
  if (perSec > 0) return ok('tick', `The server makes ${perSec} messages a second for its audience.`, figures);
  const oldest = delay?.oldestAgeMs ?? null;
  if (!isLive && (oldest === null || oldest < behindMs(facts) + STOPPED_MS))
    return expected(
      'tick',
      'No message is due: no frames came at the moment of the race that is on air.',
      { next: 'Wait: the picture continues where the race continued.', isEnd: true },
      [...figures, figure('oldestWaiting', oldest, 'ms')],
    );
  return broken(
    'tick',
    isLive
      ? 'The timing runs, but no messages are made for the live room.'
      : `A message has been due for ${seconds((oldest ?? 0) - behindMs(facts))}, but none is made.`,
    'This is a fault of the server: export a support pack of the session, then restart the server. Viewers reconnect automatically.',
    figures,
  );
}

export function lineStep(facts: WhyFacts): Judged | null {
  const { line, connection, session, socketId } = facts;
  if (connection.state === 'gone' || session === null) return null;
  const figures = [
    figure('waitingBytes', line.waitingBytes, 'bytes'),
    figure('bufferedPackets', line.bufferedPackets),
    figure('waits', line.waitsMs === null ? null : Math.round(line.waitsMs), 'ms'),
    figure('skipped', line.skippedTotal),
    figure('sentPerSec', line.sentPerSec, '/s'),
    figure('rtt', line.rttMs, 'ms'),
    figure('newestFrameAge', line.newestFrameAgeMs, 'ms'),
  ];
  const look = `Check its network and the load of its machine. If that does not help, close the connection (POST /api/ops/sockets/${socketId}/disconnect) and connect again.`;
  if (line.isSkipping)
    return broken(
      'line',
      `It reads too slowly: ${line.waitingBytes} bytes have been waiting for ${seconds(line.waitsMs ?? 0)}, and new messages are skipped.`,
      `${look} After 20 s the server closes the connection.`,
      figures,
    );
  if ((line.waitsMs ?? 0) > BUFFERED_MS)
    return broken(
      'line',
      `Messages for it have been waiting on the server for ${seconds(line.waitsMs ?? 0)}.`,
      look,
      figures,
    );
  if ((line.rttMs ?? 0) > SLOW_RTT_MS)
    return broken('line', `Its connection is slow: a heartbeat took ${seconds(line.rttMs ?? 0)}.`, look, figures);
  const lag = line.newestFrameAgeMs === null ? null : line.newestFrameAgeMs - behindMs(facts);
  if (lag === null && connection.connectedForMs > STOPPED_MS)
    return unknown(
      'line',
      'Nothing has been sent to it since it joined.',
      `Reload it; if nothing changes, trace the session (POST /api/ops/trace/start) and look for this socket.`,
      figures,
    );
  if (lag !== null && lag > STOPPED_MS)
    return unknown(
      'line',
      `Messages are made, but the newest one sent to it is ${seconds(lag)} too old.`,
      `Trace the session (POST /api/ops/trace/start with ${session.sessionId}) and check the deliveries of a frame to this socket.`,
      figures,
    );
  return ok('line', 'It reads messages without delay.', figures);
}

/** What it says itself that it shows. */
export function pageStep({ connection, session }: WhyFacts): Judged | null {
  if (connection.state === 'gone' || session === null || connection.beats?.isOwn !== true) return null;
  const { isHidden, shownAgeMs, behindMs: lateMs } = connection.beats;
  const figures = [
    figure('shownAge', shownAgeMs === null ? null : Math.round(shownAgeMs), 'ms'),
    figure('behindWhatWasSent', lateMs === null ? null : Math.round(lateMs), 'ms'),
  ];
  if (isHidden)
    return expected(
      'page',
      'Its page is in the background: the browser slows it down, and it goes on when it is brought to the front.',
      { next: 'Bring the page to the front.', isEnd: false },
      figures,
    );
  if (lateMs === null || lateMs <= STOPPED_MS) return ok('page', 'It shows what was sent to it.', figures);
  const shows = shownAgeMs === null ? 'shows nothing' : `shows the race of ${seconds(shownAgeMs)} ago`;
  return broken(
    'page',
    `It ${shows}, and newer messages were sent to it: its page or its computer does not keep up.`,
    'Reload it. If it comes back, close other programs on its computer.',
    figures,
  );
}
