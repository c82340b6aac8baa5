import type { OpsRelays, RelayAway, RelayRefusal, RelayWaiting } from '@okboxbox/protocol';
import type { ConnectedRelays } from '../../owner/ingest/connected-relays.js';
import type { Goodbye, Taps } from '../../taps.js';
import { withoutSecrets } from '../events/free-text.js';

/** Refusals are told for so long, in ms. */
const REFUSED_MS = 120_000;
/** Relays and refusals that are remembered. */
const MOST = 200;

/** Knows of relays that do not feed: those that are gone and why, those that were refused, those that wait. */
export class RelayWatch {
  readonly #relays: ConnectedRelays;
  readonly #now: () => number;
  readonly #seen = new Set<string>();
  readonly #away = new Map<string, RelayAway>();
  readonly #refused = new Map<string, RelayRefusal>();
  #newestAt: number | null = null;
  readonly #stops: readonly (() => void)[];

  constructor(taps: Taps, relays: ConnectedRelays, now: () => number) {
    this.#relays = relays;
    this.#now = now;
    this.#stops = [
      taps.relay.listen((what, sessionId, relayId, because) => {
        if (what === 'connected') this.#came(relayId);
        else if (what === 'disconnected')
          this.#went({ sessionId, relayId, reason: because ?? 'connection lost', message: null, show: null });
      }),
      taps.goodbye.listen((goodbye) => this.#went(goodbye)),
      taps.relayRefusal.listen((refusal) => this.#refuse({ ...refusal, message: withoutSecrets(refusal.message) })),
    ];
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  look(): OpsRelays {
    const now = this.#now();
    for (const [key, { at }] of this.#refused) if (now - at > REFUSED_MS) this.#refused.delete(key);
    this.#forgetLetIn();
    const waiting = this.#relays.waiting();
    const feeding = this.#relays.list();
    this.#forgetNameless([...waiting, ...feeding]);
    // Its token was good for another show right after: what was refused is what the relay keeps of before.
    const feedsAnother = ({ code, show, user, at }: RelayRefusal) =>
      code === 'forbidden' &&
      show != null &&
      user != null &&
      feeding.some((relay) => relay.user === user && relay.show !== show && relay.connectedAt >= at);
    return {
      everSeen: this.#seen.size,
      newestAt: this.#newestAt,
      away: [...this.#away.values()].reverse(),
      refused: [...this.#refused.values()].map((refusal) =>
        feedsAnother(refusal) ? { ...refusal, feedsAnother: true as const } : refusal,
      ),
      waiting,
    };
  }

  #came(relayId: string): void {
    this.#newestAt = Math.round(this.#now());
    this.#mayBe(this.#away.get(relayId)?.goneAt ?? (this.#seen.has(relayId) ? this.#newestAt : 0));
    this.#away.delete(relayId);
    if (this.#seen.size < MOST) this.#seen.add(relayId);
  }

  /** One that never had a session goes by its token's name: a relay that has come since, and not for another show, may be it. */
  #forgetNameless(here: readonly Pick<RelayWaiting, 'connectedAt' | 'show'>[]): void {
    for (const [key, { sessionId, goneAt, show }] of this.#away) {
      if (sessionId !== null) continue;
      const mayBe = (other: (typeof here)[number]) =>
        other.connectedAt >= goneAt && (show == null || (other.show ?? show) === show);
      if (here.some(mayBe)) this.#away.delete(key);
    }
  }

  /** A goodbye is heard before the connection goes, and says more: what follows it changes nothing. */
  #went({ sessionId, relayId, reason, message, show }: Goodbye): void {
    // Those of several shows may go by the same token's name.
    const key = sessionId === null ? JSON.stringify([relayId, show]) : relayId;
    const before = this.#away.get(key);
    const goneAt = Math.round(this.#now());
    if (before !== undefined && before.sessionId === sessionId) return;
    this.#away.delete(key);
    const said = { reason: withoutSecrets(reason), message: message === null ? null : withoutSecrets(message) };
    this.#away.set(key, { relayId, sessionId, ...(sessionId === null && { show }), goneAt, ...said });
    const [oldest] = this.#away.keys();
    if (this.#away.size > MOST && oldest !== undefined) this.#away.delete(oldest);
  }

  /** One that came after it was away since then is none that was refused before, when it was here. */
  #mayBe(awaySince: number): void {
    for (const [key, refusal] of this.#refused) {
      if (refusal.at >= awaySince) this.#refused.set(key, { ...refusal, joined: true });
    }
  }

  /** A relay that came to a refused one's show since may be that one, with a better token; a relay of another show is not. */
  #forgetLetIn(): void {
    if (this.#refused.size === 0) return;
    const fed = this.#relays.list();
    for (const [key, { show, at }] of this.#refused) {
      if (fed.some((relay) => relay.show === show && relay.connectedAt >= at)) this.#refused.delete(key);
    }
  }

  #refuse(said: Omit<RelayRefusal, 'at' | 'firstAt' | 'count' | 'joined'>): void {
    const key = JSON.stringify([said.why, said.code, said.capability, said.show, said.user]);
    const at = Math.round(this.#now());
    const before = this.#refused.get(key);
    const isStill = before !== undefined && at - before.at <= REFUSED_MS;
    this.#refused.delete(key);
    this.#refused.set(key, {
      ...said,
      at,
      joined: false,
      // A token that this server has signed says whose it is.
      ...(said.user == null && { isOfStranger: true as const }),
      firstAt: isStill ? before.firstAt : at,
      count: isStill ? before.count + 1 : 1,
    });
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > MOST && oldest !== undefined) this.#refused.delete(oldest);
  }
}
