import type { AuditEntry } from '@okboxbox/protocol';

/** A value of an audit's detail, as short as it can be said. */
export function detailValue(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return value === '' ? '""' : value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What was done, beyond its name: a change as `from → to`, the rest as name and value. */
export function detailLabel({ detail }: Pick<AuditEntry, 'detail'>): string {
  const { from, to, ...rest } = detail;
  const change = to === undefined && from === undefined ? [] : [`${detailValue(from)} → ${detailValue(to)}`];
  return [...Object.entries(rest).map(([name, value]) => `${name} ${detailValue(value)}`), ...change].join(' · ');
}

/** Entries that hold a text in who, what, or detail; all of them where it is empty. */
export function entriesWith(entries: readonly AuditEntry[], text: string): readonly AuditEntry[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return entries;
  return entries.filter((entry) => `${entry.who} ${entry.action} ${detailLabel(entry)}`.toLowerCase().includes(wanted));
}

/** Pages of an audit as one list, newest first, each entry once, however the pages overlap. */
export function joinedPages(pages: readonly (readonly AuditEntry[])[]): readonly AuditEntry[] {
  const byId = new Map(pages.flat().map((entry) => [entry.id, entry]));
  return [...byId.values()].sort((a, b) => b.id - a.id);
}
