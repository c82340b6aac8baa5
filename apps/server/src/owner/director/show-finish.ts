import type { PlannedFinish } from '@okboxbox/protocol';
import { dueFor } from '../../directory/show-record.js';
import type { BroadcastDelayService, Changed } from '../audience/broadcast-delay.js';
import type { ShowSettings } from '../shows/show-settings.js';
import type { Shows } from '../shows/shows.js';

/** How often it is looked whether the results have been shown for their time, in ms. */
const LOOK_MS = 1_000;

/** How a show is planned to end, as it is stored with the show. */
export type StoredFinish = NonNullable<ShowSettings['finishing']>;

export interface ShowFinishDeps {
  readonly broadcasts: BroadcastDelayService;
  readonly shows: Shows;
  readonly clockOf: (show: string) => { now(): number };
}

/**
 * Ends of evenings: each show whose results have been shown for their time in the public picture is unpublished then, or
 * left as it is. A plan is stored with its show; publishing, unpublishing and another plan end it.
 */
export class ShowFinish {
  readonly #deps: ShowFinishDeps;
  readonly #onUnpublished: (finish: StoredFinish, show: string, changed: Changed) => void;
  readonly #looking: NodeJS.Timeout;

  /** `onUnpublished` hears of each show that a plan has unpublished. */
  constructor(deps: ShowFinishDeps, onUnpublished: (finish: StoredFinish, show: string, changed: Changed) => void) {
    this.#deps = deps;
    this.#onUnpublished = onUnpublished;
    this.#looking = setInterval(() => void this.look(), LOOK_MS);
    this.#looking.unref();
  }

  /** How a show is to end; `null` where nothing is planned. */
  of(show: string): PlannedFinish | null {
    const { broadcasts, shows, clockOf } = this.#deps;
    const { finishing } = shows.get(show);
    if (finishing === null) return null;
    const { by, at, publish, until } = finishing;
    const { pictures } = broadcasts.of(show);
    const isPaused = pictures.delay.playhead.moves === 'paused';
    const due = isPaused ? null : dueFor(pictures, 'public', until, clockOf(show).now());
    return { by, at, publish, endsAt: due === null ? null : Math.round(due) };
  }

  /** Ends what is due: never before the public picture has come to the instant of the plan. */
  async look(): Promise<void> {
    const { broadcasts, shows } = this.#deps;
    for (const { show, finishing } of shows.all()) {
      if (finishing === null || broadcasts.of(show).position('public') < finishing.until) continue;
      // What the disk does not take is in force, and tried again by itself; where somebody changed it meanwhile, nothing is done.
      const changed = await broadcasts.endFinish(show, finishing).catch(() => null);
      if (changed?.before.settings.published && finishing.publish === 'unpublish') {
        this.#onUnpublished(finishing, show, changed);
      }
    }
  }

  close(): void {
    clearInterval(this.#looking);
  }
}
