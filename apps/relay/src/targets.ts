import type { RateRequest, RelayStatus } from '@okboxbox/protocol';
import type { RelayConfig } from './config.js';
import type { StreamEnd } from './spool/stream-folder.js';
import { Target, type TargetDeps, type TargetSettings } from './target.js';

const KILLED = 'the kill switch is on';
/** What a server is told that is not fed any more: operations there read it. */
const LEFT_OUT = 'RELAY_TARGETS_ENABLED, RELAY_PRIMARY_INDEX or RELAY_BACKEND_MODE leaves this server out';
const REPLACED = 'RELAY_BACKENDS names other servers';

/** A target with its place in the configuration. */
export interface PlacedTarget {
  readonly index: number;
  readonly target: Target;
  readonly enabled: boolean;
  readonly primary: boolean;
}

/**
 * All servers that a relay feeds or could feed, as the configuration has them. Each goes its own way: a slow or dead one
 * delays no other.
 */
export class Targets {
  readonly #deps: TargetDeps;
  readonly #known = new Map<string, Target>();
  #placed: readonly PlacedTarget[] = [];
  #applying: Promise<void> = Promise.resolve();
  readonly #onRefused: (error: Error) => void;

  /** `onRefused` hears of servers that refuse this relay before they were ever fed. */
  constructor(deps: TargetDeps, onRefused: (error: Error) => void) {
    this.#deps = deps;
    this.#onRefused = onRefused;
  }

  get placed(): readonly PlacedTarget[] {
    return this.#placed;
  }

  /** Those that are to have what is captured. */
  get wanted(): readonly Target[] {
    return this.#placed.filter(({ enabled }) => enabled).map(({ target }) => target);
  }

  /** Starts and stops targets so that they are as the configuration says. One change after another. */
  apply(config: RelayConfig): Promise<void> {
    // The kill switch waits for nothing that is still under way.
    if (config.killSwitch) for (const target of this.#known.values()) void target.stop('kill-switch', KILLED);
    this.#applying = this.#applying.then(() => this.#apply(config));
    return this.#applying;
  }

  wake(): void {
    for (const { target } of this.#placed) target.wake();
  }

  report(status: RelayStatus): void {
    for (const { target } of this.#placed) target.report(status);
  }

  /** Whether every server that is to be fed has all that it takes. */
  get areDone(): boolean {
    return this.wanted.every((target) => target.isDone);
  }

  async stop({ reason, message }: StreamEnd): Promise<void> {
    await this.#applying;
    await Promise.all([...this.#known.values()].map((target) => target.stop(reason, 'the relay ended', message)));
  }

  async #apply(config: RelayConfig): Promise<void> {
    const settings: TargetSettings = {
      token: config.token,
      connectTimeoutMs: config.connectTimeoutMs,
      sendTimeoutMs: config.sendTimeoutMs,
      paritySampleRate: config.paritySampleRate,
    };
    const before = new Set(this.wanted);
    this.#placed = config.backends.map((url, index) => {
      const primary = index === config.primaryIndex;
      const isOn = config.targetsEnabled[index] ?? true;
      const target = this.#known.get(url) ?? this.#create(url, settings);
      return { index, target, primary, enabled: isOn && (config.mode === 'parallel' || primary) };
    });
    const wanted = new Set(this.wanted);
    const leaving = [...this.#known.values()].filter((target) => !wanted.has(target));
    // What is on its way is answered before another takes over, so that nothing comes to both.
    await Promise.all(
      leaving.map(async (target) => {
        if (before.has(target)) await target.drain(config.connectTimeoutMs);
        const isListed = this.#isListed(target);
        await target.stop(
          'disabled',
          isListed ? 'not enabled' : 'not configured any more',
          isListed ? LEFT_OUT : REPLACED,
        );
      }),
    );
    for (const target of leaving) if (!this.#isListed(target)) this.#known.delete(target.url);
    this.#deps.spool.targets = [...wanted].map((target) => target.url);
    if (config.killSwitch) {
      await Promise.all([...wanted].map((target) => target.stop('kill-switch', KILLED)));
      return;
    }
    await Promise.all(
      [...wanted].map(async (target) => {
        if (target.settings.token !== settings.token)
          await target.stop('disabled', 'the token has changed', 'RELAY_TOKEN is another one');
        target.settings = settings;
        target.start();
      }),
    );
  }

  #create(url: string, settings: TargetSettings): Target {
    const target = new Target(url, settings, this.#deps);
    this.#known.set(url, target);
    target.refused.catch(this.#onRefused);
    return target;
  }

  #isListed(target: Target): boolean {
    return this.#placed.some((placed) => placed.target === target);
  }
}

/** The least of what servers ask for. */
export class RateRequests {
  readonly #asked = new Map<string, number>();

  /** Takes a request; false where it changes nothing. */
  take(target: Target, { maxHz }: RateRequest): boolean {
    if (maxHz === null || !(maxHz > 0)) return this.forget(target);
    if (this.#asked.get(target.url) === maxHz) return false;
    this.#asked.set(target.url, maxHz);
    return true;
  }

  /** A server that is away asks for nothing: it says so again when it is back. */
  forget(target: Target): boolean {
    return this.#asked.delete(target.url);
  }

  /** Frames a second at most; `null` where nobody asked. */
  get maxHz(): number | null {
    return this.#asked.size === 0 ? null : Math.min(...this.#asked.values());
  }
}
