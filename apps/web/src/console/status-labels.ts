import type { Finding } from '@okboxbox/protocol';
import type { ShownSummary } from './ops-source.js';

/** Show health, in a word and a shape. */
export interface Standing {
  readonly shape: 'ok' | 'warn' | 'bad' | 'off';
  /** Short, for the head of every view. */
  readonly word: string;
  /** A sentence, for the overview. */
  readonly sentence: string;
}

/** What the status says to somebody who has three seconds. An old answer says nothing of now. */
export function standingOf(summary: ShownSummary | undefined, staleMs: number | null): Standing {
  if (summary === undefined) return { shape: 'off', word: 'Unknown', sentence: 'Loading …' };
  if (staleMs !== null) return { shape: 'off', word: 'Unknown', sentence: 'The server does not answer.' };
  const { status, sessions, relays } = summary;
  if (status === 'critical') return { shape: 'bad', word: 'Critical', sentence: 'The show has a critical problem.' };
  if (status === 'degraded')
    return { shape: 'warn', word: 'Degraded', sentence: 'The show is running, with problems.' };
  if (sessions.active === 0) return { shape: 'ok', word: 'OK', sentence: 'OK. No session is running.' };
  const running = sessions.active === 1 ? 'One session running' : `${sessions.active} sessions running`;
  const fed = relays.connected === 1 ? 'one relay connected' : `${relays.connected} relays connected`;
  return { shape: 'ok', word: 'OK', sentence: `OK. ${running}, ${fed}.` };
}

const WEIGHT: Readonly<Record<Finding['severity'], number>> = { critical: 0, warning: 1, info: 2 };

/** What is wrong, the worst first, and of those as bad the one that began first. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity] || a.since - b.since);
}

/** The shape that a finding is drawn with. */
export function shapeOf(severity: Finding['severity']): 'bad' | 'warn' | 'off' {
  return severity === 'critical' ? 'bad' : severity === 'warning' ? 'warn' : 'off';
}
