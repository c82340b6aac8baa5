import type { OpsDatabase } from '@okboxbox/protocol';
import { failureOf } from '../../store/database-failure.js';
import { PoolUsedUp } from '../../store/pool-used-up.js';
import { withoutSecrets } from '../events/free-text.js';

/** A statement that was not tried again for this long fails no more, in ms: what is to be stored is tried every few seconds. */
const KEPT_MS = 20_000;
/** Failing statements that are told apart. */
const MOST = 50;
/** What fails because what came before it has failed. */
const AFTERMATH: ReadonlySet<string> = new Set(['rollback']);
const ABORTED = '25P02';

export type FailingStatement = NonNullable<OpsDatabase['failing']>[number];

/** Statements that fail, each until it succeeds where it failed, or is not tried any more. */
export class FailingStatements {
  readonly #failing = new Map<string, FailingStatement>();

  failed(statement: string, callSite: string, error: unknown, now: number): void {
    // That all connections are held says nothing of the database.
    if (error instanceof PoolUsedUp || AFTERMATH.has(statement)) return;
    const { kind, code, message } = failureOf(error);
    if (code === ABORTED) return;
    const key = keyOf(statement, callSite);
    const known = this.#failing.get(key);
    const at = Math.round(now);
    const same = known?.kind === kind && known.code === code ? known : { since: at, count: 0 };
    this.#failing.delete(key);
    this.#failing.set(key, {
      ...{ kind, code, statement, callSite, at },
      message: withoutSecrets(message),
      since: same.since,
      count: same.count + 1,
    });
    const [oldest] = this.#failing.keys();
    if (this.#failing.size > MOST && oldest !== undefined) this.#failing.delete(oldest);
  }

  /** It has succeeded, and so has connecting before it. */
  succeeded(statement: string, callSite: string): void {
    if (this.#failing.size === 0) return;
    this.#failing.delete(keyOf(statement, callSite));
    this.#failing.delete(keyOf('connect', callSite));
  }

  /** Those that fail now, the newest first. */
  read(now: number): FailingStatement[] {
    for (const [key, { at }] of this.#failing) if (now - at > KEPT_MS) this.#failing.delete(key);
    return [...this.#failing.values()].reverse();
  }
}

function keyOf(statement: string, callSite: string): string {
  return `${callSite} ${statement}`;
}
