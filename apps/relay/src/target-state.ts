import { shownUrl } from './shown-url.js';

/** Where a target stands. */
export type TargetState =
  /** It is not to be fed: switched off, not the primary, or the kill switch is on. */
  | { readonly state: 'off'; readonly because: string }
  | { readonly state: 'connecting'; readonly attempt: number }
  /** Connected, and nothing has been captured for it yet. */
  | { readonly state: 'ready' }
  | { readonly state: 'greeting' }
  | { readonly state: 'streaming'; readonly sessionId: string }
  /** The server's operations want no frames for now; the connection stays. */
  | { readonly state: 'paused'; readonly sessionId: string; readonly because: string }
  | { readonly state: 'waiting'; readonly until: number; readonly attempt: number; readonly because: string };

/** What a target counts, from the start of the relay: records and calls, and no positions as `Watermarks` are. */
export interface TargetCounters {
  /** Records handed to the connection, again ones included. */
  sent: number;
  /** Records that the server has synced. */
  acknowledged: number;
  /** Connections that failed and batches that were refused. */
  failed: number;
  /** Batches that were not acknowledged within the send time-out; they stay in the spool until they are. */
  late: number;
  /** Records that this target will never get. */
  dropped: number;
}

/** A target's state for a person. */
export function stateInWords(target: TargetState, now: number): string {
  switch (target.state) {
    case 'off':
      return `off: ${target.because}`;
    case 'connecting':
      return target.attempt === 1 ? 'connecting' : `connecting (try ${target.attempt})`;
    case 'ready':
      return 'connected, nothing captured yet';
    case 'greeting':
      return 'greeting the server';
    case 'streaming':
      return `feeds ${target.sessionId}`;
    case 'paused':
      return `paused by the server (${target.because}): what is captured waits here`;
    case 'waiting':
      return `tries again in ${Math.max(0, (target.until - now) / 1000).toFixed(1)} s: ${target.because}`;
    default:
      return target satisfies never;
  }
}

/**
 * Says where targets stand: when they are fed, and whenever they fail. `count` is how many there are: one alone is not
 * named. To be called with each state that a target enters.
 */
export function tellTargetStates(say: (text: string) => void, now: () => number, count: () => number) {
  const before = new Map<string, TargetState['state']>();
  return ({ url }: { readonly url: string }, state: TargetState) => {
    const isTold = state.state === 'streaming' || state.state === 'paused';
    const isNews = state.state === 'waiting' || (isTold && before.get(url) !== state.state);
    if (isNews) say(`${count() > 1 ? `${shownUrl(url)} ` : ''}${stateInWords(state, now())}`);
    if (state.state === 'off' && before.has(url)) say(`${shownUrl(url)} is off: ${state.because}`);
    before.set(url, state.state);
  };
}
