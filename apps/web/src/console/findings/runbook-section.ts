/** The anchor of an address in the runbook: `docs/runbook.md#high-clock-drift`; `null` where it names none. */
export function anchorIn(address: string): string | null {
  const anchor = address.split('#')[1];
  return anchor === undefined || anchor === '' ? null : anchor;
}

/** The section of a Markdown text under a heading, by the heading's anchor, to the next one as high; `null` without it. */
export function sectionOf(markdown: string, anchor: string): string | null {
  const lines = markdown.split('\n');
  const begin = lines.findIndex((line) => isHeading(line) && anchorOfHeading(line) === anchor);
  if (begin === -1) return null;
  const level = levelOf(lines[begin] as string);
  const after = lines.slice(begin + 1).findIndex((line) => isHeading(line) && levelOf(line) <= level);
  const end = after === -1 ? lines.length : begin + 1 + after;
  return lines.slice(begin, end).join('\n').trim();
}

// A line of a shell's comment begins with one "#", too: no section begins so deep.
function isHeading(line: string): boolean {
  return /^#{2,4} \S/.test(line);
}

function levelOf(heading: string): number {
  return heading.indexOf(' ');
}

/** A heading's anchor, as GitHub makes it. */
function anchorOfHeading(heading: string): string {
  return heading
    .slice(levelOf(heading) + 1)
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}
