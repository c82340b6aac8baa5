import { type Entry, type SourceRecord, WireError } from '@okboxbox/protocol';
import { openSource, SourceError } from '@okboxbox/sims';
import { entryInfos, SourceTimer, standings, type TimingState } from '@okboxbox/timing';
import { CommandFailed, endOfSource } from '../failures.js';
import { userFolder } from '../place.js';
import { printableJson } from '../printable.js';
import { Troubles } from '../troubles.js';
import { printResults, type Results } from './results-table.js';

/** Runs a source through the timing engine as fast as it can, and prints what the engine found. */
export async function results(spec: string, options: { readonly json?: boolean }): Promise<void> {
  const timer = new SourceTimer();
  let damage: SourceError | null = null;
  try {
    const source = await openSource(spec, { cwd: userFolder() });
    const troubles = new Troubles();
    for await (const record of source.read({ onTrouble: troubles.take })) take(timer, record);
    damage = troubles.damage;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    // The records before the damage are good, and their results are worth having.
    if (timer.timing.session === null) throw endOfSource(error);
    damage = error;
  }
  const { timing, sessions } = timer;
  if (timing.session === null) {
    throw new CommandFailed(
      `${spec} contains no session: there is nothing to time. The beginning of the recording may be missing.`,
    );
  }
  if (sessions > 1)
    process.stderr.write(`${spec} contains ${sessions} sessions. These are the results of the last one.\n`);
  const found: Results = { entries: entriesOf(timing), laps: timing.laps, events: timing.events };
  if (options.json) process.stdout.write(`${printableJson(found, 0)}\n`);
  else printResults(found, timing, process.stdout);
  if (damage) throw new CommandFailed(`${damage.message} The results printed are those of the part before it.`);
}

/** What a relay could not send a server does not get either. */
function take(timer: SourceTimer, record: SourceRecord): void {
  try {
    timer.take(record);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    process.stderr.write(`A ${record.kind} was skipped, as a relay would skip it: ${error.message}\n`);
  }
}

function entriesOf(timing: TimingState): Entry[] {
  const infos = new Map(entryInfos(timing).map((info) => [info.car, info]));
  return standings(timing).flatMap(({ car, figures }) => {
    const info = infos.get(car);
    return info ? [{ ...info, ...figures }] : [];
  });
}
