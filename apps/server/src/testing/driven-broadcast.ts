import type { ExtraDelay, FeedMessage, FeedState, SourceRecord } from '@okboxbox/protocol';
import { applyChange } from '@okboxbox/protocol';
import { vi } from 'vitest';
import { MemoryChannel } from '../channel/memory-channel.js';
import type { Follow } from '../directory/following.js';
import { MemoryDirectory } from '../directory/memory-directory.js';
import type { Delay, Delays } from '../directory/playhead.js';
import { LineMaker } from '../owner/audience/line-maker.js';
import { ShowBroadcast } from '../owner/audience/show-broadcast.js';
import type { ClockProof } from '../owner/session/latest-capture.js';
import type { Session } from '../owner/session/session.js';
import { SessionState } from '../owner/session/session-state.js';
import { newShow } from '../owner/shows/show-settings.js';
import type { Note } from '../owner/timeline/segment-format.js';

/** A message of a feed as it left, and when. */
export interface Sent {
  readonly room: string;
  readonly at: number;
  /** Where the show's picture was then. */
  readonly position: number;
  readonly message: FeedMessage;
}

const STREAM = 0;

/**
 * The public picture of one show whose clock the test drives (Vitest's fake timers): a session's state that records are
 * folded into, its line, and every message that leaves. The clock has a fraction, as the real one does.
 */
export class DrivenBroadcast {
  #epochs = 0;
  readonly sent: Sent[] = [];
  /** What is told of the delay, as it left. */
  readonly told: { readonly room: string; readonly json: string }[] = [];
  /** Packets without content, as they left. */
  readonly probed: { readonly room: string; readonly at: number }[] = [];
  readonly moves: { readonly extra: ExtraDelay; readonly sessionId: string; readonly at: number }[] = [];
  readonly channel = new MemoryChannel({ randomId: () => `epoch-${++this.#epochs}` });
  readonly directory = new MemoryDirectory(() => this.now());
  readonly broadcast: ShowBroadcast;
  state!: SessionState;
  maker!: LineMaker;
  readonly #follows: Follow[] = [];
  #listeners: (() => void)[] = [];
  #onProbe: (probeId: string, at: number) => void = () => undefined;
  #seq = 0;
  /** States of those who have joined first, message by message, by room. */
  readonly #mirrors = new Map<string, FeedState>();

  constructor(delay: Delay = { delayMs: 0, playhead: { moves: 'running' } }) {
    this.channel.subscribe({
      watchers: (_room, format) => (format === 'rows' ? 1 : 0),
      publish: (room, format, event, json) => {
        if (format !== 'rows') return;
        if (event === 'feed') this.#heard(room, JSON.parse(json) as FeedMessage);
        else this.told.push({ room, json });
      },
      publishNothing: (room) => void this.probed.push({ room, at: this.now() }),
    });
    this.channel.onShow((_show, told) => {
      if (told.event !== 'moved') return;
      this.moves.push({ extra: told.extra, sessionId: told.sessionId, at: this.now() });
    });
    this.broadcast = new ShowBroadcast(
      { ...newShow('local'), ...delay, published: true },
      {
        channel: this.channel,
        directory: this.directory,
        clock: { now: () => this.now() },
        setTimeout: (run, ms) => setTimeout(run, ms),
      },
    );
    this.begin('sess_1');
  }

  now(): number {
    return Date.now() + 0.37;
  }

  /** A session begins in the show. */
  begin(sessionId: string): void {
    const startedAt = Math.ceil(this.now());
    const state = new SessionState({ sessionId, show: 'local', sim: 'test', simSessionKey: '7:0', startedAt });
    state.applyNote({
      note: 'opened-stream',
      stream: STREAM,
      relayId: 'rig',
      run: '1',
      playback: false,
      at: startedAt,
    });
    const listeners: (() => void)[] = [];
    const session = {
      id: sessionId,
      state,
      onChange: (listener: () => void) => {
        listeners.push(listener);
        return () => listeners.splice(0);
      },
      beforeChange: () => () => undefined,
      onRefold: () => () => undefined,
      onProbe: (listener: (probeId: string, at: number) => void) => {
        this.#onProbe = listener;
        return () => undefined;
      },
    } as unknown as Session;
    const maker = new LineMaker(state);
    this.state = state;
    this.maker = maker;
    this.#listeners = listeners;
    this.#seq = 0;
    const from = startedAt;
    this.#follows.push({ sessionId, from, until: null, by: 'main-feed' });
    const added = this.broadcast.add(sessionId);
    this.set(this.broadcast.delays.graphics);
    added.begin(maker, session);
    this.broadcast.tick();
  }

  receive(record: SourceRecord, proof: ClockProof | null = null): void {
    if (proof !== null) this.state.applyNote({ note: 'clock', stream: STREAM, ...proof, at: this.now() });
    this.#seq += 1;
    this.state.applyCaptured(STREAM, this.#seq, Math.ceil(this.now()), record);
    this.#changed();
  }

  /** A probe comes to the show's audiences. */
  probe(probeId: string): void {
    this.#onProbe(probeId, Math.ceil(this.now()));
  }

  note(note: Note, before: () => void = () => undefined): void {
    this.state.applyNote(note);
    before();
    this.#changed();
  }

  /** Puts slots on air for the picture of this moment, or at once. */
  cue(set: Partial<FeedState['onAir']>, when: 'picture' | 'now'): void {
    const airsAt = when === 'now' ? this.broadcast.position() : null;
    const aired = this.broadcast.session(this.state.facts.sessionId);
    const session = { state: this.state } as Session;
    this.note({ note: 'cue', set, airsAt, at: Math.ceil(this.now()) }, () => {
      if (airsAt !== null) aired?.cueAt(session, set, airsAt);
    });
    this.broadcast.tick();
  }

  /** What a director has set. */
  set(delay: Delay): void {
    this.setBoth({ graphics: delay, public: delay });
  }

  /** The same of both pictures; the public one's delay is all of it. */
  setBoth({ graphics, public: ofPublic }: Delays): void {
    const following = { mainFeed: null, follows: [...this.#follows] };
    const publicExtraMs = ofPublic.delayMs - graphics.delayMs;
    const pictures = { ...graphics, publicExtraMs, publicPlayhead: ofPublic.playhead };
    this.broadcast.set({ ...newShow('local'), ...pictures, published: true, following });
  }

  advance(ms: number): void {
    vi.advanceTimersByTime(ms);
  }

  /** The state of a viewer that has been in a room from the beginning of its feed. */
  mirrorOf(room: string): FeedState | undefined {
    return this.#mirrors.get(room);
  }

  /** Notes where those who join a room now begin. */
  watch(room: string, state: FeedState): void {
    if (!this.#mirrors.has(room)) this.#mirrors.set(room, state);
  }

  #heard(room: string, message: FeedMessage): void {
    this.sent.push({ room, at: this.now(), position: this.broadcast.position(), message });
    const mirror = this.#mirrors.get(room);
    if (mirror !== undefined) this.#mirrors.set(room, applyChange(mirror, message));
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
