import type { SessionFigures } from '../session-figures.js';
import { SECOND_FIGURES, type Second } from './seconds.js';

/** Turns what has passed in all into what passed since the look before. */
export class SecondSampler {
  readonly #before = new Map<string, { readonly at: number; readonly totals: readonly number[] }>();
  /** Of the frames since then, by session. */
  readonly #frames = new Map<string, { count: number; drift: number; queued: number; queueAge: number }>();

  /** A frame came: |received − captured|, and sent − captured where its relay says when it sent; in ms. */
  frame(sessionId: string, drift: number, queueAge: number | null): void {
    let sums = this.#frames.get(sessionId);
    if (sums === undefined) {
      sums = { count: 0, drift: 0, queued: 0, queueAge: 0 };
      this.#frames.set(sessionId, sums);
    }
    sums.count += 1;
    sums.drift += drift;
    if (queueAge === null) return;
    sums.queued += 1;
    sums.queueAge += queueAge;
  }

  /** The second that ends now; `null` at the first look at a session. */
  look(
    figures: SessionFigures,
    more: Pick<Second, 'viewersLive' | 'viewersBroadcast' | 'loopUtilization'>,
    now: number,
  ): Second | null {
    const { sessionId, frames, ingest, timeline, timing, liveTicks, broadcastTicks, fanOut, written, skipped } =
      figures;
    const rates = [frames, ingest, timeline, timing, liveTicks, broadcastTicks, fanOut, written, skipped];
    const { duplicates, outOfOrder, dropped, errors } = figures;
    const totals = [...rates.map(({ total }) => total), duplicates, outOfOrder, dropped, errors];
    const before = this.#before.get(sessionId);
    const sums = this.#frames.get(sessionId);
    this.#before.set(sessionId, { at: now, totals });
    this.#frames.delete(sessionId);
    if (before === undefined || now <= before.at) return null;
    const passed = totals.map((total, i) => ((total - (before.totals[i] ?? 0)) * 1_000) / (now - before.at));
    return {
      ...(Object.fromEntries(passed.map((value, i) => [SECOND_FIGURES[i], value])) as unknown as Second),
      driftMs: sums === undefined ? null : sums.drift / sums.count,
      queueAgeMs: sums === undefined || sums.queued === 0 ? null : sums.queueAge / sums.queued,
      ...more,
    };
  }

  /** Lets go of sessions that are not looked at any more. */
  keep(sessionIds: ReadonlySet<string>): void {
    for (const map of [this.#before, this.#frames]) {
      for (const sessionId of map.keys()) if (!sessionIds.has(sessionId)) map.delete(sessionId);
    }
  }
}
