import { readFile } from 'node:fs/promises';
import type { Probed } from '../database-probe.js';

/** How it stands in the embedded database's process: what waits there, and whether a transaction is open. */
export interface Standing {
  readonly queued: number;
  readonly isInTransaction: boolean;
}

/** What a probe needs of the process. */
export interface ProbedProcess {
  readonly pid: number | null;
  /** Whether it has its files open, and listens. */
  readonly isReady: boolean;
  /** Resolves with `null` where it does not say in time. */
  standing(): Promise<Standing | null>;
}

/** Between two questions, in ms: what stands still is the same in both answers. */
const AGAIN_MS = 200;
/** The states of a process that a signal or a debugger has stopped, in `/proc`. */
const STOPPED = /^[Tt]$/;

/** Probes the embedded database: it has one client, this server, and runs one statement at a time. */
export async function probeEmbedded(process: ProbedProcess): Promise<Probed> {
  const { pid } = process;
  const found = (what: Probed['found'], because: string): Probed => ({
    ...{ found: what, because, code: null, processId: pid, locks: [] },
  });
  if (pid === null) return found('unreachable', 'Its process does not run.');
  if (!process.isReady) return found('restarting', 'Its process is starting.');
  const first = await process.standing();
  if (first === null) {
    const state = await stateOf(pid);
    if (state !== null && !STOPPED.test(state)) return found('busy', 'Its process is busy with a statement.');
    const because = state === null ? 'Its process does not answer.' : `Its process ${pid} is stopped.`;
    return found('not_answering', because);
  }
  if (first.queued === 0) return found('answers', 'Its process answers.');
  await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  const second = await process.standing();
  if (second === null || second.queued === 0) return found('answers', 'Its process answers.');
  if (!second.isInTransaction)
    return found('not_answering', 'Its process answers, but runs none of the waiting statements.');
  const holder = { pid: null, application: 'another client of its socket', state: 'in a transaction', ageMs: null };
  const waits = { pid: null, sql: '', waitedMs: 0, holder };
  return { ...found('answers', 'Its process answers.'), locks: [waits] };
}

/** The state of a process, as Linux has it; `null` elsewhere. */
async function stateOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat === null ? null : (/\) (\w)/.exec(stat)?.[1] ?? null);
}
