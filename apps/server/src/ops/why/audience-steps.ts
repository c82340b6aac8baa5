import type { WhyFacts } from './why-facts.js';
import { broken, expected, figure, type Judged, ok, STOPPED_MS, seconds, unknown } from './why-step.js';

/** A heartbeat that takes longer than this says that the line is slow, in ms. */
const SLOW_RTT_MS = 2_000;
/** What has waited for it longer than this is buffered, in ms. */
const BUFFERED_MS = 1_000;

/** What the picture is meant to be behind, in ms; 0 for who sees it live. */
export function behindMs({ watches, delay }: WhyFacts): number {
  return watches === null || watches.extraMs === null ? 0 : (delay?.delayMs ?? 0) + watches.extraMs;
}

export function delayStep(facts: WhyFacts): Judged | null {
  const { watches, delay } = facts;
  if (watches === null || watches.extraMs === null || delay === null) return null;
  const behind = behindMs(facts);
  const figures = [
    figure('state', delay.state),
    figure('delay', delay.delayMs, 'ms'),
    figure('extraDelay', watches.extraMs, 'ms'),
    figure('bufferedEvents', delay.bufferedEvents),
    figure('holdsFor', delay.holdMs, 'ms'),
  ];
  if (delay.line === 'failed')
    return broken(
      'delay',
      'The timeline of this session cannot be read: nothing of it airs.',
      'Look at the disk of DATA_DIR and at the server’s log; a restart tries again.',
      figures,
    );
  if (delay.line === 'being_made')
    return expected(
      'delay',
      'The last two minutes of the session are read from its timeline, after a restart; nothing airs before.',
      { next: 'Wait for it: it goes on by itself.', isEnd: true },
      figures,
    );
  if (delay.state === 'paused')
    return expected(
      'delay',
      'A director has paused the picture: it stands still on purpose.',
      { next: 'Resume on the director’s desk; at 120 s behind it resumes by itself.', isEnd: true },
      figures,
    );
  if (delay.state === 'holding' || !delay.hasAired) {
    const wait = delay.holdMs === null ? 'until something is due' : `for another ${seconds(delay.holdMs)}`;
    const text = `The picture is held ${wait}, to be ${seconds(behind)} behind the race.`;
    return expected('delay', text, { next: 'Wait for it: it goes on by itself.', isEnd: true }, figures);
  }
  if (behind === 0) return ok('delay', 'No delay is set.', figures);
  const text = `It is meant to be ${seconds(behind)} behind the race: what is newer waits until it is due.`;
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
  const isLive = watches.extraMs === null;
  if (isLive && session.status === 'ended') return null;
  const { perSec, total } = isLive ? session.flow.liveTicks : session.flow.broadcastTicks;
  const figures = [figure('ticksPerSec', perSec, '/s'), figure('ticks', total)];
  if (perSec > 0) return ok('tick', `Messages are made for its audience, ${perSec} a second.`, figures);
  const oldest = delay?.oldestAgeMs ?? null;
  if (!isLive && (oldest === null || oldest < behindMs(facts) + STOPPED_MS))
    return expected(
      'tick',
      'Nothing is due: the race stood still as long ago as the picture is behind.',
      { next: 'Wait for it: it goes on when the race did.', isEnd: true },
      [...figures, figure('oldestWaiting', oldest, 'ms')],
    );
  return broken(
    'tick',
    isLive
      ? 'The timing goes on, and no message is made of it for the live room.'
      : `Something has been due for ${seconds((oldest ?? 0) - behindMs(facts))}, and no message is made of it.`,
    'This is a fault of the server: export a support pack of the session, then restart the server. Viewers come back by themselves.',
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
  const look = `Look at the network and the load of its machine; closing the connection (POST /api/ops/sockets/${socketId}/disconnect) makes it begin anew.`;
  if (line.isSkipping)
    return broken(
      'line',
      `It reads too slowly: ${line.waitingBytes} bytes have waited for it for ${seconds(line.waitsMs ?? 0)}, and what is new is skipped.`,
      `${look} After 20 s of it the server closes it by itself.`,
      figures,
    );
  if ((line.waitsMs ?? 0) > BUFFERED_MS)
    return broken('line', `What is sent to it has waited here for ${seconds(line.waitsMs ?? 0)}.`, look, figures);
  if ((line.rttMs ?? 0) > SLOW_RTT_MS)
    return broken('line', `Its line is slow: a heartbeat took ${seconds(line.rttMs ?? 0)}.`, look, figures);
  const lag = line.newestFrameAgeMs === null ? null : line.newestFrameAgeMs - behindMs(facts);
  if (lag === null && connection.connectedForMs > STOPPED_MS)
    return unknown(
      'line',
      'Nothing has been sent to it since it joined.',
      `Reload it; where that changes nothing, trace the session (POST /api/ops/trace/start) and look for this socket.`,
      figures,
    );
  if (lag !== null && lag > STOPPED_MS)
    return unknown(
      'line',
      `Messages are made, and the newest that it was sent is ${seconds(lag)} too old.`,
      `Trace the session (POST /api/ops/trace/start with ${session.sessionId}) and look at what becomes of a frame for this socket.`,
      figures,
    );
  return ok('line', 'It takes what it is sent at once.', figures);
}
