import { DRILLED_CODES } from './all-drills.js';
import type { Drill } from './drill.js';
import type { Seen } from './judge.js';
import { BY_OTHER_MEANS } from './other-means.js';
import type { DrillResult } from './run-drill.js';

/** Findings that say that all is as it should be: they may stand beside what a drill makes. */
const EXPECTED: ReadonlySet<string> = new Set(['DASHBOARD_STALE/held_by_delay', 'BROADCAST_DELAY_NOT_WORKING/holding']);

/** What a drill has stirred that it has nothing to do with: a finding of another code that is no expected condition. */
export function strangers(drill: Drill, seen: readonly Seen[]): Seen[] {
  return seen.filter(
    ({ code, cause, severity }) => code !== drill.code && !(severity === 'info' && EXPECTED.has(`${code}/${cause}`)),
  );
}

/** The document of the drills: what each does, how it is repaired, and what the system said of it, as a confusion matrix. */
export function documentOf(results: readonly DrillResult[]): string {
  const heading = ['Drill', ...DRILLED_CODES.map((code) => `\`${code}\``)];
  const rows = results.map((result) => [
    `\`${result.drill.name}\``,
    ...DRILLED_CODES.map((code) => cellOf(result, code)),
  ]);
  return `${INTRODUCTION}
## Confusion matrix

Rows are what was broken, columns what the system found. **Bold** is the finding that the drill must produce, with its cause;
an empty cell is a detector without a finding. Not shown: expected conditions, of severity \`info\`, and other causes of the same
failure mode that a detector names before its figures are known, or when the condition lasts: a page that has been frozen for
five seconds is a slow client.

${tableOf(heading, rows)}
## What each does, and what repairs it

${tableOf(
  ['Drill', 'What happens', 'Fix'],
  results.map(({ drill }) => [`\`${drill.name}\``, drill.what, drill.fix]),
)}
## Faults made by other means

No drill made these: somebody broke a running system by hand, and the times are of that one run.

${tableOf(
  ['What happened', 'How it was made', 'Reported', 'After'],
  BY_OTHER_MEANS.map(({ what, how, reported, afterS }) => [
    what,
    how,
    `\`${reported}\``,
    afterS === null ? 'not timed' : `${afterS} s`,
  ]),
)}`;
}

function cellOf({ drill, found, seen, clearedAfterMs }: DrillResult, code: string): string {
  if (code !== drill.code) {
    return strangers(drill, seen)
      .filter((stranger) => stranger.code === code)
      .map(({ cause }) => `!! ${cause}`)
      .join(' ');
  }
  const own = found === null ? `!! not ${drill.cause}` : `**${drill.cause}**`;
  return clearedAfterMs === null ? `${own} !! not cleared` : own;
}

function tableOf(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return [heading, heading.map(() => '---'), ...rows].map(line).join('');
}

const INTRODUCTION = `# Drills

<!-- Written by \`npm run test:drills\`. -->

A drill breaks a running system on purpose, in one way that is in the runbook, and the system must say what is wrong: the
failure mode and its cause. \`npx --no-install okboxbox drill list\` lists the drills. \`npx --no-install okboxbox drill NAME\` runs
one on a temporary system, with its pages open meanwhile. On a test server with \`DRILLS_ENABLED=1\`,
\`npx --no-install okboxbox drill NAME --server URL --token TOKEN\` runs the drills that start no processes of their own. In
production a server refuses to start with that switch.

\`npm run test:drills\` runs all of them: real processes of server and relay, real sockets, and a real PostgreSQL if the
database is what breaks. Each starts on a system without findings. The finding must appear within 15 s of the condition, with
its cause, and stay. Until the fix, the other detectors must find nothing but expected conditions: a broadcast that its
director has paused, or whose delay is filling. Then the fix from the runbook is applied, and the finding must clear: at once,
or when the figures of the last minute are past.
`;
