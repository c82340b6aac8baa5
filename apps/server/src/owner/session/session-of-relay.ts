import type { RelayHello } from '@okboxbox/protocol';
import { isSameRelay, type KnownRelay } from '../../access/visitor.js';
import type { Session } from './session.js';

/** How far a session's clock may lie behind a second relay that joins it, in seconds. */
const CLOCK_FELL_BACK_S = 2;

/** The session that a relay's run has fed before, of those that have not been stored as ended. */
export function sessionOfRun(sessions: Iterable<Session>, hello: RelayHello, show: string): Session | undefined {
  return find(sessions, hello, show, ({ state: { streams } }) => {
    // A server that was killed while a session began left one that nobody feeds: it is this relay's.
    return streams.length === 0 || streams.some(({ relayId, run }) => relayId === hello.relayId && run === hello.run);
  });
}

/** The running session that another relay feeds of the same session of the sim. A key of 0 names none: test sessions all have it. */
export function sessionOfSim(running: Iterable<Session>, hello: RelayHello, show: string): Session | undefined {
  if (hello.playback || /^0*(:|$)/.test(hello.simSessionKey)) return undefined;
  return find(running, hello, show, ({ state: { streams, timing } }) => {
    const { sessionTime } = timing;
    const fellBack =
      sessionTime !== null && hello.sessionTime !== undefined && hello.sessionTime < sessionTime - CLOCK_FELL_BACK_S;
    return !fellBack && !streams.some((stream) => stream.playback);
  });
}

/** What a relay fed in the show before it went on to this session: those that no other relay has fed or feeds now. */
export function supersededBy(sessions: Iterable<Session>, { id, state }: Session, relay: KnownRelay): Session[] {
  const { show } = state.facts;
  return [...sessions].filter(
    (each) =>
      each.id !== id &&
      !each.hasRelay &&
      each.state.facts.show === show &&
      each.relaysKnown().every((known) => isSameRelay(known, relay)),
  );
}

function find(
  sessions: Iterable<Session>,
  { simSessionKey }: RelayHello,
  show: string,
  fits: (session: Session) => boolean,
): Session | undefined {
  return [...sessions].find((session) => {
    const { facts } = session.state;
    return facts.show === show && facts.simSessionKey === simSessionKey && fits(session);
  });
}
