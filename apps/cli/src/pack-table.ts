import { packManifest, printableLine } from '@okboxbox/protocol';

/** What is in a support pack, in lines: its parts with their sizes, and how much was taken out. */
export function manifestTable(manifest: unknown): string {
  const read = packManifest.safeParse(manifest);
  if (!read.success) return 'The pack has no manifest that this program can read.';
  const { sections, redaction, sessionId, window } = read.data;
  const rows = sections.map(({ name, status, bytes, redacted, droppedFields, because }) => {
    const what = status === 'success' ? `${sizeOf(bytes)}  ${sum(redacted)} redacted` : (because ?? '');
    const dropped = droppedFields === 0 ? '' : `, ${droppedFields} unknown fields left out`;
    return `  ${name.padEnd(9)}  ${status.padEnd(9)}  ${what}${dropped}`;
  });
  const rules = Object.entries(redaction.byRule).map(([rule, count]) => `${rule} ${count}`);
  const lines = [
    `Support pack of ${sessionId ?? 'everything'}, ${timeOf(window.from)} to ${timeOf(window.to)}`,
    ...rows,
    `Taken out: ${rules.join(', ') || 'nothing'}.`,
    `Searched for ${redaction.secretsSearched} secrets of the server's own.`,
  ];
  return lines.map(printableLine).join('\n');
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}

function sizeOf(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1).padStart(9)} kB`;
}

function timeOf(at: number): string {
  // A number that no date is has no ISO form: asking for one throws.
  if (Number.isNaN(new Date(at).getTime())) return 'no time at all';
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
