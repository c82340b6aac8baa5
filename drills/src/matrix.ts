import { DRILLED_CODES, type Drill, type DrilledCode } from './drill.js';
import type { Seen } from './judge.js';
import type { DrillResult } from './run-drill.js';

/** Findings that say that all is as it should be: they may stand beside what a drill makes. */
const EXPECTED: ReadonlySet<string> = new Set(['DASHBOARD_STALE/held_by_delay', 'BROADCAST_DELAY_NOT_WORKING/holding']);

/** What a drill has stirred that it has nothing to do with: a finding of another code that is no expected condition. */
export function strangers(drill: Drill, seen: readonly Seen[]): Seen[] {
  return seen.filter(
    ({ code, cause, severity }) => code !== drill.code && !(severity === 'info' && EXPECTED.has(`${code}/${cause}`)),
  );
}

/** Columns, as they fit over a table. */
const COLUMNS: Readonly<Record<DrilledCode, string>> = {
  RELAY_NOT_CONNECTING: 'Relay',
  DASHBOARD_STALE: 'Dashboard',
  CLOCK_DRIFT: 'Drift',
  SUBSCRIPTIONS_STUCK: 'Subscriptions',
  BROADCAST_DELAY_NOT_WORKING: 'Broadcast',
  MAIN_FEED_LOST: 'Main feed',
  DB_LATENCY: 'Database',
  SETTINGS_NOT_STORED: 'Settings',
};

/** The document of the drills: what each does, how it is mended, and what the system said of it, as a confusion matrix. */
export function documentOf(results: readonly DrillResult[]): string {
  const heading = ['Drill', ...DRILLED_CODES.map((code) => COLUMNS[code])];
  const rows = results.map((result) => [
    `\`${result.drill.name}\``,
    ...DRILLED_CODES.map((code) => cellOf(result, code)),
  ]);
  return `${INTRODUCTION}
## Confusion matrix

Rows are what was broken, columns what the system said. **Bold** is the finding that the drill must make, with its cause; an
empty cell is a detector that stayed silent. Not shown: expected conditions, of severity \`info\`, and causes of the same failure
mode that a detector names before its figures are there, or after the condition has gone on, as a page that has been frozen for
five seconds is a slow client.

${tableOf(heading, rows)}
## What each does, and what mends it

${tableOf(
  ['Drill', 'What happens', 'Fix'],
  results.map(({ drill }) => [`\`${drill.name}\``, drill.what, drill.fix]),
)}`;
}

function cellOf({ drill, found, seen, clearedAfterMs }: DrillResult, code: DrilledCode): string {
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

A drill breaks a running system on purpose, in one way that the runbook knows, and the system has to say what it is: which
failure mode, and which cause. \`okboxbox drill list\` lists them, \`okboxbox drill NAME\` runs one on a system that it starts for
it, with the pages open while it lasts. On a test server that runs with \`DRILLS_ENABLED=1\`, \`okboxbox drill NAME --server URL
--token TOKEN\` runs those that need no processes of their own; a server in production refuses to start with that switch.

\`npm run test:drills\` runs all of them: real processes of server and relay, real sockets, a real PostgreSQL where the
database is what breaks. Each begins with a system in which nothing is found. The finding must be there within 15 s of the
condition, with its cause, and stand; the other detectors must say nothing from then until the fix, but for conditions
that are expected: a broadcast that its director has paused or is building up its delay. Then the runbook's own fix is
applied, and nothing of that code may be found any more: at once, or when the figures of the last minute have gone.
`;
