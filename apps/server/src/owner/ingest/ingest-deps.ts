import type { Limits } from '../../access/limits.js';
import type { Tokens } from '../../access/tokens.js';
import type { Clock } from '../../clock.js';
import type { Logger } from '../../log.js';
import type { Taps } from '../../taps.js';
import type { SessionRegistry } from '../session/registry.js';
import type { Stream } from '../session/stream.js';
import type { ConnectedRelays } from './connected-relays.js';
import type { DropCounters } from './drop-counters.js';
import type { ProvenClock } from './proven-clock.js';
import type { RateRequests } from './rate-requests.js';
import type { ServerLoad } from './server-load.js';
import type { SessionLimit } from './session-limit.js';

/** What relays are served with. */
export interface IngestDeps {
  readonly tokens: Tokens;
  readonly registry: SessionRegistry;
  readonly drops: DropCounters;
  readonly relays: ConnectedRelays;
  readonly clock: Clock;
  readonly log: Logger;
  readonly taps?: Taps;
  readonly limits?: Limits;
}

/** A connection that feeds a stream, as the next one that comes to feed it knows it. */
export interface FeedingConnection {
  /** When it greeted last, in ms since the process began; 0 where it has not. */
  readonly greetedAt: number;
  /** Ends it: another connection feeds its stream from now on. */
  supersede(): void;
}

/** What the connections of relays share. */
export interface ConnectionDeps extends IngestDeps {
  /** The connection that feeds each stream: one at a time. */
  readonly feeders: Map<Stream, FeedingConnection>;
  /** What is proven of the clock that each stream is stamped with, over all its connections. */
  readonly proven: WeakMap<Stream, ProvenClock>;
  readonly load: Pick<ServerLoad, 'took'>;
  readonly rates: RateRequests;
  /** Limits on new sessions, and on new runs in live sessions; absent: no limit. */
  readonly limitOf?: Readonly<Record<'session' | 'run', SessionLimit>>;
}
