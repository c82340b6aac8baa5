import { MAX_BEHIND_MS } from '@okboxbox/protocol';
import { type FoldOptions, foldSession } from '../session/fold-session.js';
import { LineMaker } from './line-maker.js';

/** Folding begins this much before the oldest picture that may be asked for, in ms. */
const MARGIN_MS = 15_000;

export interface RebuildOptions extends Pick<FoldOptions, 'log' | 'onLoss'> {
  readonly now: () => number;
  /** What the clock was set since, where the timeline does not say so itself. */
  readonly shiftMs: number;
}

/**
 * Makes the line of a session of before a restart from its timeline: the same states, at the same instants, as it had.
 * `null` where there is no timeline that can be read.
 */
export async function rebuildLine(
  dir: string,
  { now, shiftMs, log, onLoss }: RebuildOptions,
): Promise<LineMaker | null> {
  let maker: LineMaker | null = null;
  const began = now();
  const folded = await foldSession(dir, {
    repair: false,
    from: began - shiftMs - MAX_BEHIND_MS - MARGIN_MS,
    log,
    ...(onLoss && { onLoss }),
    // What came alone was put into the line before the next came.
    beforeRecord: (state, record) => {
      if (record.type === 'note' && record.note.note === 'probe') return;
      // What had aired before a relay came back stays there until what is added to it is due.
      if (record.type === 'note' && record.note.note === 'late') maker ??= new LineMaker(state);
      maker?.flushBefore(state, record.type === 'note' ? record.note.at : record.receivedAt, began);
    },
    onRecord: (state, record) => {
      if (maker === null) maker = new LineMaker(state);
      // The operator who waited for it did so in the run before, and a probe is nothing that airs.
      else if (record.type === 'note' && record.note.note === 'probe') return;
      else if (record.type === 'note' && record.note.note === 'resumed') maker.shift(record.note.shiftMs);
      else if (record.type === 'note' && record.note.note === 'cue' && record.note.airsAt !== null) {
        maker.cueAt(state, record.note.set, record.note.airsAt);
        maker.observe(state, began);
      } else maker.observe(state, began);
    },
  });
  if (folded === null) return null;
  const made = maker ?? new LineMaker(folded.state);
  made.flush(folded.state, began);
  // Where records came after its end, the timeline says how the clock was set before them.
  if (shiftMs !== 0 && folded.state.lateAt === null) made.shift(shiftMs);
  return made;
}
