import type { FeedTopics } from '@okboxbox/protocol';
import type { OutputView } from '../../channel/channel.js';
import { SharedJson } from '../../channel/shared-json.js';

/**
 * The timing of sessions that are fed, as the answer of `GET /api/sessions/:id/timing`: the owner's, at the newest frame,
 * with how far the session's logs can be read here. Made once for all callers until either changes.
 */
export class RunningTimings {
  readonly #made = new WeakMap<SharedJson, { readonly topics: FeedTopics; readonly json: SharedJson }>();

  /** `timing` has no topics; `null` where the session does not run, and takes late records in `view`. */
  of(timing: SharedJson | null, view: OutputView): SharedJson {
    if (timing === null) return view.snapshots.timing;
    const { topics } = view.state;
    // Without an epoch there are no logs yet.
    if (topics.epoch === '') return timing;
    const known = this.#made.get(timing);
    if (known?.topics === topics) return known.json;
    const json = new SharedJson(`${timing.text.slice(0, -1)},"topics":${JSON.stringify(topics)}}`);
    this.#made.set(timing, { topics, json });
    return json;
  }
}
