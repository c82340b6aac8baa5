import type { FeedPosition, FeedState } from '@okboxbox/protocol';
import type { FeedFormat } from './feed-format.js';
import { namedTiming } from './named-timing.js';
import { SharedJson } from './shared-json.js';

/**
 * A state at a position, as JSON: made when somebody first asks for it, once for each form, however many ask. So it does
 * not matter how many join or call, only how often the state changes.
 */
export class Snapshots {
  readonly position: FeedPosition;
  readonly #state: FeedState;
  #rows: SharedJson | null = null;
  #named: SharedJson | null = null;
  #timing: SharedJson | null = null;

  constructor(position: FeedPosition, state: FeedState) {
    this.position = position;
    this.#state = state;
  }

  /** `{ epoch, seq, at, state }`: the answer to a join, in a format. */
  of(format: FeedFormat): SharedJson {
    if (format === 'rows') {
      this.#rows ??= new SharedJson(JSON.stringify({ ...this.position, state: this.#state }));
      return this.#rows;
    }
    this.#named ??= new SharedJson(`${JSON.stringify(this.position).slice(0, -1)},"state":${this.timing.text}}`);
    return this.#named;
  }

  /** The state alone with plain named fields: the answer of the timing calls (`TimingAnswer`). */
  get timing(): SharedJson {
    this.#timing ??= new SharedJson(JSON.stringify(namedTiming(this.#state, this.position.at)));
    return this.#timing;
  }
}
