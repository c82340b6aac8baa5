import { type Alert, findingAlerts, rawAlerts } from './alerts.js';

const MADE = '# Made from the catalogue in packages/findings by "npm run generate"; change it there.';

/** `deploy/prometheus/okboxbox.rules.yml`. */
export function prometheusRules(): string {
  const group = (name: string, alerts: readonly Alert[]) => [
    `  - name: ${name}`,
    '    rules:',
    ...alerts.flatMap(ruleOf),
  ];
  return lines(
    MADE,
    'groups:',
    ...group('okboxbox-server', rawAlerts()),
    '',
    ...group('okboxbox-findings', findingAlerts()),
  );
}

function ruleOf({ name, expr, for: wait, keepFiringFor, adds, annotations }: Alert): string[] {
  return [
    `      - alert: ${name}`,
    `        expr: ${quoted(expr)}`,
    `        for: ${wait}`,
    ...(keepFiringFor === null ? [] : [`        keep_firing_for: ${keepFiringFor}`]),
    ...mapping('labels', adds, 8),
    ...mapping('annotations', annotations, 8),
  ];
}

/** `deploy/prometheus/okboxbox.rules.test.yml`: each rule fires where it should, and nowhere else. */
export function prometheusTests(): string {
  const all = [...rawAlerts(), ...findingAlerts()];
  return lines(
    MADE,
    'rule_files:',
    '  - okboxbox.rules.yml',
    'evaluation_interval: 15s',
    'tests:',
    ...all.flatMap((alert) => [
      ...testOf(alert, `${alert.name} fires`, alert.test.fires, true),
      ...testOf(alert, `${alert.name} stays silent`, alert.test.silent, false),
    ]),
    // A finding that has cleared is no series any more.
    ...testOf(findingAlerts()[0] as Alert, 'No findings, no alerts', [], false),
    ...cleared(findingAlerts()[0] as Alert),
  );
}

function testOf(
  { name, annotations, test }: Alert,
  title: string,
  series: readonly { readonly series: string; readonly values: string }[],
  isFiring: boolean,
): string[] {
  return [
    `  - name: ${quoted(title)}`,
    '    interval: 1m',
    ...(series.length === 0 ? ['    input_series: []'] : ['    input_series:']),
    ...series.flatMap(({ series: each, values }) => [
      `      - series: ${quoted(each)}`,
      `        values: ${quoted(values)}`,
    ]),
    '    alert_rule_test:',
    `      - eval_time: ${test.at}`,
    `        alertname: ${name}`,
    ...(isFiring
      ? [
          '        exp_alerts:',
          ...mapping('exp_labels', test.isFiring, 12).map((line, i) =>
            i === 0 ? line.replace('            ', '          - ') : line,
          ),
          ...mapping('exp_annotations', annotations, 12),
        ]
      : ['        exp_alerts: []']),
  ];
}

/** It goes on for a minute, and is over then. */
function cleared(alert: Alert): string[] {
  const [series] = alert.test.fires;
  if (series === undefined) return [];
  return testOf(
    { ...alert, test: { ...alert.test, at: '12m' } },
    `${alert.name} is over`,
    [{ ...series, values: '1x5 0x10' }],
    false,
  );
}

function mapping(name: string, values: Readonly<Record<string, string>>, indent: number): string[] {
  const entries = Object.entries(values);
  if (entries.length === 0) return [];
  const spaces = ' '.repeat(indent);
  return [`${spaces}${name}:`, ...entries.map(([key, value]) => `${spaces}  ${key}: ${quoted(value)}`)];
}

/** JSON's strings are YAML's, too. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
