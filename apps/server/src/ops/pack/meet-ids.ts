import { type AuditEntry, auditEntry, opsRelays, opsSession } from '@okboxbox/protocol';
import type { Operations } from '../operations.js';
import { redact, showName, user } from './allow-list.js';
import type { Pace } from './pace.js';
import type { IdKind, Pseudonyms } from './pseudonyms.js';
import { Redaction } from './redaction.js';
import { ruleOf, surface } from './rules.js';
import { newest } from './sections/events.js';

/** Fields of events that name somebody or something. */
const OF_EVENTS: Readonly<Record<string, IdKind>> = {
  socketId: 'sock',
  user: 'user',
  relayId: 'relay',
  sessionId: 'sess',
  show: 'show',
};

/** Goes through rules for the names and ids that they would replace, and replaces nothing. */
class Meeting extends Redaction {
  override id(kind: IdKind, value: string): string {
    this.pseudonyms.meet(kind, value);
    return '';
  }

  override known(): null {
    return null;
  }

  override text(): string {
    return '';
  }

  override freeText(): string {
    return '';
  }

  override drop(): void {
    // What is left out is counted where it is left out.
  }

  override words(): string {
    return '';
  }
}

/**
 * Names and ids that stand in free text must be known before the first text is read: all that operations know now, and
 * whatever relays call themselves above all.
 */
export async function meetIds(
  operations: MetFrom,
  { shows, acts }: MetBeside,
  pseudonyms: Pseudonyms,
  pace: Pace,
): Promise<void> {
  const { figures } = operations;
  const meeting = new Meeting(pseudonyms);
  for (const show of shows) redact(showName, show, meeting);
  // Who has only ever called is known by what was done.
  const actRule = ruleOf(auditEntry);
  for (const act of acts) redact(actRule, act, meeting);
  const sessionRule = ruleOf(opsSession);
  for (const each of operations.sessions()) {
    redact(sessionRule, each, meeting);
    if (pace.isDue) await pace.rest();
  }
  redact(ruleOf(opsRelays), operations.relays.look(), meeting);
  const meet = (socketId: string, each: { readonly user: string | null; readonly surface: string | null }): void => {
    pseudonyms.meet('sock', socketId);
    redact(user, each.user, meeting);
    redact(surface, each.surface, meeting);
  };
  for (const each of figures.sockets.open()) {
    meet(each.socket.id, each);
    if (pace.isDue) await pace.rest();
  }
  for (const each of figures.sockets.closed()) {
    meet(each.socketId, each);
    if (pace.isDue) await pace.rest();
  }
  for (const event of newest(figures.events)) {
    for (const [field, kind] of Object.entries(OF_EVENTS)) {
      const value = event[field];
      if (typeof value === 'string' && value !== 'link') pseudonyms.meet(kind, value);
    }
    if (pace.isDue) await pace.rest();
  }
}

/** Where they are met. */
type MetFrom = Pick<Operations, 'sessions' | 'relays' | 'figures'>;

/** And beside that: all shows, and what was done lately. */
export interface MetBeside {
  readonly shows: readonly string[];
  readonly acts: readonly AuditEntry[];
}
