import { asWritten, packManifest, printableLine, readerOf } from '@okboxbox/protocol';

/** A table is printed of what any version wrote, also where a moment is no date. */
const reader = readerOf(packManifest, {
  createdAt: asWritten,
  window: { from: asWritten, to: asWritten },
  redaction: { mode: undefined, rulesVersion: undefined, secretsTooPlain: undefined },
  sections: { name: asWritten, status: asWritten },
});

/** What is in a support pack, in lines: its parts with their sizes, and how much was taken out. */
export function manifestTable(manifest: unknown): string {
  const read = reader.safeParse(manifest);
  if (!read.success) return 'The pack has no manifest that this version can read.';
  const { sections, redaction, sessionId, window, freeText } = read.data;
  const rows = sections.map(({ name, status, bytes, redacted, droppedFields, because }) => {
    const what = status === 'success' ? `${sizeOf(bytes)}  ${sum(redacted)} redacted` : (because ?? '');
    const dropped = droppedFields === 0 ? '' : `, ${droppedFields} unknown fields removed`;
    return `  ${name.padEnd(9)}  ${status.padEnd(9)}  ${what}${dropped}`;
  });
  const rules = Object.entries(redaction.byRule).map(([rule, count]) => `${rule} ${count}`);
  const lines = [
    `Support pack of ${sessionId ?? 'everything'}, ${timeOf(window.from)} to ${timeOf(window.to)}`,
    ...rows,
    `Redacted: ${rules.join(', ') || 'nothing'}.`,
    ...(freeText === undefined ? [] : [`Free text: ${freeText.included} included, ${freeText.leftOut} left out.`]),
    `Searched for ${redaction.secretsSearched} secrets of the server.`,
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
  if (Number.isNaN(new Date(at).getTime())) return 'unknown time';
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
