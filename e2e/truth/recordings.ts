import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Truth } from './compare.js';

const SHARED = fileURLToPath(
  new URL(`${process.env.OKBOXBOX_SHARED ?? '../shared'}/`, new URL('../../', import.meta.url)),
);

/** A race that was timed elsewhere: a recording of it, and what was timed. */
export interface TruthRace {
  readonly recording: string;
  readonly truth: Truth;
}

/** Makes recordings in a folder of its own, with the readers of `../shared/tools`. */
export class RecordingMaker {
  readonly #folder = mkdtempSync(join(tmpdir(), 'truth-'));
  readonly #python = pythonWithNumpy();
  #made = 0;

  /** Turns the timing of a race into a recording and its truth; `more` are the reader's own arguments. */
  race(reader: 'imsa' | 'rf2xml' | 'raceroom', file: string, ...more: readonly string[]): TruthRace {
    const [recording, truth] = [this.#path('jsonl.gz'), this.#path('json')];
    this.#run(reader, join(SHARED, 'data/races', file), recording, truth, ...more);
    return { recording, truth: JSON.parse(readFileSync(truth, 'utf8')) as Truth };
  }

  /** The same race, joined, without counters or with other faults: see `mutate.py`. */
  mutated({ recording, truth }: TruthRace, ...how: readonly string[]): TruthRace {
    const out = this.#path('jsonl.gz');
    const known = this.#path('json');
    writeFileSync(known, JSON.stringify(truth));
    this.#run('mutate', recording, out, known, ...how);
    return { recording: out, truth };
  }

  /** The same race with its chequered flag some frames later. */
  flagLate({ recording, truth }: TruthRace, frames: number): TruthRace {
    const out = this.#path('jsonl.gz');
    this.#run('late_flag', recording, out, String(frames));
    return { recording: out, truth };
  }

  /** Removes all that was made. */
  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #path(extension: string): string {
    this.#made += 1;
    return join(this.#folder, `${this.#made}.${extension}`);
  }

  #run(tool: string, ...args: readonly string[]): void {
    execFileSync(this.#python, [join(SHARED, 'tools', `${tool}.py`), ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

/** The Python that has numpy: where `python3` has none, Debian's does after `apt-get install python3-numpy`. */
function pythonWithNumpy(): string {
  const found = ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', 'import numpy']).status === 0,
  );
  if (found === undefined) {
    throw new Error(
      'Neither python3 nor /usr/bin/python3 has numpy: install it, on Debian with apt-get install python3-numpy.',
    );
  }
  return found;
}
