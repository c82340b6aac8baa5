import { anchorOf, type Bound, causesOf, type FailureMode } from '../failure-mode.js';
import { CATALOGUE } from '../failure-modes.js';
import { AFTER, BEFORE } from './runbook-text.js';

/** `docs/runbook.md`. */
export function runbook(): string {
  return `${[BEFORE, contents(), '## Failure modes', ...CATALOGUE.map(section), AFTER].join('\n\n')}\n`;
}

/** Every code with its causes, each with where to read on. */
function contents(): string {
  return [
    '| code | what it is | causes |',
    '|---|---|---|',
    ...CATALOGUE.map((mode) => {
      const causes = causesOf(mode).map(([cause]) => `\`${cause}\``);
      return `| \`${mode.code}\` | [${mode.title}](#${anchorOf(mode.title)}) | ${causes.join(' ')} |`;
    }),
  ].join('\n');
}

function section(mode: FailureMode): string {
  return [
    `### ${mode.title}`,
    `\`${mode.code}\`. ${mode.meaning}`,
    `**Impact.** ${mode.impact}`,
    '**Signs**',
    list(mode.signs),
    '**Checks**',
    ['| to check | where |', '|---|---|', ...mode.checks.map(({ what, how }) => `| ${what} | \`${cell(how)}\` |`)].join(
      '\n',
    ),
    '**Causes**',
    [
      '| cause | what happened | severity |',
      '|---|---|---|',
      ...causesOf(mode).map(
        ([cause, { title, meaning, severity }]) =>
          `| \`${cause}\` | **${cell(title)}.** ${cell(meaning)} | ${severity} |`,
      ),
    ].join('\n'),
    '**Fixes**',
    causesOf(mode)
      .map(([cause, { nextStep, fixes, clearsWhen }]) =>
        [
          `- \`${cause}\`: ${nextStep.text}${nextStep.command === undefined ? '' : ` \`${nextStep.command}\``}`,
          ...fixes.map((fix, i) => `  ${i + 1}. ${fix}`),
          `  - Clears when ${clearsWhen}`,
        ].join('\n'),
      )
      .join('\n'),
    '**Bounds**: a finding appears at the first and clears at the second.',
    [
      '| figure | appears | clears |',
      '|---|---|---|',
      ...Object.values(mode.bounds).map(
        (bound) => `| ${cell(bound.what)} | ${inUnits(bound.raise, bound)} | ${inUnits(bound.clear, bound)} |`,
      ),
    ].join('\n'),
    ...(mode.rules.length === 0
      ? []
      : [
          `**Alert rules besides its findings**: ${mode.rules.map(({ name, expr, for: wait }) => `\`${name}\` (\`${expr}\` for ${wait})`).join(', ')}.`,
        ]),
  ].join('\n\n');
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function inUnits(value: number, { unit }: Bound): string {
  if (unit === 'bytes') return `${Math.round(value / 1e6)} MB`;
  if (unit === 'share') return `${Math.round(value * 100)} %`;
  return unit === 'count' ? String(value) : `${value} ms`;
}
