import type { Entry } from '@okboxbox/protocol';
import { openSource, SourceError } from '@okboxbox/sources';
import { createTiming, entryInfos, foldRecord, standings, type TimingState } from '@okboxbox/timing';
import { CommandFailed, endOfSource } from '../failures.js';
import { userFolder } from '../place.js';
import { printableJson } from '../printable.js';
import { Troubles } from '../troubles.js';
import { printResults, type Results } from './results-table.js';

/** Runs a source through the timing engine as fast as it can, and prints what the engine found. */
export async function results(spec: string, options: { readonly json?: boolean }): Promise<void> {
  const timing = createTiming();
  let damage: SourceError | null = null;
  try {
    const source = await openSource(spec, { cwd: userFolder() });
    const troubles = new Troubles();
    for await (const record of source.read({ onTrouble: troubles.take })) foldRecord(timing, record);
    damage = troubles.damage;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    // The records before the damage are good, and their results are worth having.
    if (timing.session === null) throw endOfSource(error);
    damage = error;
  }
  if (timing.session === null) {
    throw new CommandFailed(
      `${spec} holds no session: there is nothing to time. Is it a recording that was cut at its beginning?`,
    );
  }
  const found: Results = { entries: entriesOf(timing), laps: timing.laps, events: timing.events };
  if (options.json) process.stdout.write(`${printableJson(found, 0)}\n`);
  else printResults(found, timing, process.stdout);
  if (damage) throw new CommandFailed(`${damage.message} What is printed rests on what came before.`);
}

function entriesOf(timing: TimingState): Entry[] {
  const infos = new Map(entryInfos(timing).map((info) => [info.car, info]));
  return standings(timing).flatMap(({ car, figures }) => {
    const info = infos.get(car);
    return info ? [{ ...info, ...figures }] : [];
  });
}
