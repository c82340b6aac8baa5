import type { ExtraDelay, Lap, RaceEvent, SegmentsNow, SourceRecord } from '@okboxbox/protocol';
import { SharedJson } from '../channel/shared-json.js';
import type { LastState, OutputState, Owner, Parity, RecordingWanted, Rows, SegmentFile } from '../directory/owner.js';
import type { ShowDesk } from '../directory/show-desk.js';
import type { Audiences } from './audience/audiences.js';
import type { BroadcastDelayService } from './audience/broadcast-delay.js';
import { timingAnswerOf } from './audience/feed-view.js';
import { LiveTimings } from './audience/live-timings.js';
import type { PastSessions } from './audience/past-sessions.js';
import type { PublicSegments } from './audience/public-segments.js';
import type { ConnectedRelays } from './ingest/connected-relays.js';
import { parityOf } from './ingest/parity.js';
import { recordsOf } from './session/recording-records.js';
import type { SessionRegistry } from './session/registry.js';
import { segmentsOf } from './timeline/read-timeline.js';

export interface ShowOwnerDeps {
  readonly registry: SessionRegistry;
  readonly broadcasts: BroadcastDelayService;
  readonly audiences: Audiences;
  readonly past: PastSessions;
  readonly segments: PublicSegments;
  readonly relays: ConnectedRelays;
  readonly desk: ShowDesk;
}

/** The owner of the shows of this process: what edges ask for, answered from its sessions, pictures and archive. */
export class ShowOwner implements Owner {
  readonly desk: ShowDesk;
  readonly #deps: ShowOwnerDeps;
  readonly #timings = new LiveTimings();

  constructor(deps: ShowOwnerDeps) {
    this.desk = deps.desk;
    this.#deps = deps;
  }

  async openOutput(show: string, sessionId: string, extra: ExtraDelay): Promise<OutputState> {
    const audience = this.#deps.broadcasts.audience(show, sessionId, extra);
    if (audience === undefined) return 'none';
    return audience === 'full' ? 'full' : 'ready';
  }

  async timing(sessionId: string): Promise<SharedJson | null> {
    const live = this.#deps.registry.liveSession(sessionId);
    if (live !== undefined) return this.#timings.of(live.state);
    return (await this.#deps.audiences.ended(sessionId))?.snapshots.timing ?? null;
  }

  async timingAt(sessionId: string, sessionTime: number): Promise<SharedJson | null> {
    const state = await this.#deps.registry.stateAt(sessionId, sessionTime);
    return state && new SharedJson(JSON.stringify(timingAnswerOf(state)));
  }

  async lastState(sessionId: string, part: 'whole' | 'public'): Promise<LastState | null> {
    const { audiences, broadcasts } = this.#deps;
    if (part === 'whole') return audiences.ended(sessionId);
    // Asked again after reading: a relay may have come back with more of it meanwhile, which is still to air.
    if (broadcasts.isAiring(sessionId)) return null;
    const state = await audiences.endedPublic(sessionId);
    return broadcasts.isAiring(sessionId) ? null : state;
  }

  segmentsNow(show: string): Promise<SegmentsNow | null> {
    return this.#deps.segments.now(show);
  }

  segment(show: string, name: string): Promise<SegmentFile | null> {
    return this.#deps.segments.file(show, name);
  }

  laps(sessionId: string, car?: number): Promise<Rows<Lap> | null> {
    return this.#deps.past.laps(sessionId, car);
  }

  events(sessionId: string): Promise<Rows<RaceEvent> | null> {
    return this.#deps.past.events(sessionId);
  }

  async recording(sessionId: string, wanted: RecordingWanted): Promise<AsyncIterable<SourceRecord> | null> {
    const { registry } = this.#deps;
    const dir = registry.timelineDir(sessionId);
    if ((await segmentsOf(dir)).length === 0) return null;
    const live = wanted.follow ? registry.liveSession(sessionId) : undefined;
    return recordsOf(dir, { ownCars: wanted.ownCars, signal: wanted.signal, ...(live && { live }) });
  }

  async parity(sessionId: string | null): Promise<Parity> {
    return parityOf(this.#deps.registry, this.#deps.relays, sessionId);
  }

  endSession(sessionId: string, reason: string): Promise<boolean> {
    return this.#deps.registry.end(sessionId, reason);
  }
}
