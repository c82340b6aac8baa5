import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { promtool, WITHOUT_PROMTOOL } from '../../testing/promtool.js';
import { serverForEachTest } from '../../testing/running-server.js';

const DEPLOY = fileURLToPath(new URL('../../../../../deploy/', import.meta.url));

/** Grafana's dashboard model, as far as this one uses it: what is not named here is a typing error. */
const source = z.strictObject({ type: z.literal('prometheus'), uid: z.string().regex(/^\$\{datasource\}$/) });
const target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource: source,
  expr: z.string().min(1),
  legendFormat: z.string(),
  range: z.boolean(),
  instant: z.boolean(),
  format: z.literal('table').optional(),
});
const gridPos = z.strictObject({
  x: z.int().min(0).max(23),
  y: z.int().min(0),
  w: z.int().min(1).max(24),
  h: z.int().min(1),
});
const steps = z
  .array(z.strictObject({ color: z.string(), value: z.number().nullable() }))
  .min(1)
  // The first step holds from below, the others upwards from where they begin.
  .refine(([first, ...others]) => first?.value === null && others.every(({ value }) => value !== null));
const row = z.strictObject({
  id: z.int(),
  type: z.literal('row'),
  title: z.string().min(1),
  collapsed: z.literal(false),
  gridPos,
  panels: z.array(z.never()),
});
const panel = z.strictObject({
  id: z.int(),
  type: z.enum(['stat', 'timeseries', 'table']),
  title: z.string().min(1),
  description: z.string().min(1),
  datasource: source,
  targets: z.array(target).min(1),
  gridPos,
  fieldConfig: z.strictObject({
    defaults: z.looseObject({
      unit: z.enum(['none', 's', 'ms', 'bytes', 'Bps', 'ops', 'percentunit', 'dateTimeAsIso']),
      thresholds: z.strictObject({ mode: z.literal('absolute'), steps }),
    }),
    overrides: z.array(z.never()),
  }),
  options: z.looseObject({}),
  transformations: z.array(z.looseObject({ id: z.string() })).optional(),
});
const dashboard = z.looseObject({
  uid: z.literal('okboxbox'),
  title: z.literal('Ok, Box Box'),
  schemaVersion: z.int().min(36),
  panels: z.array(z.union([row, panel])),
  templating: z.strictObject({ list: z.array(z.looseObject({ name: z.string(), type: z.string() })) }),
  annotations: z.strictObject({ list: z.array(z.looseObject({ datasource: source, expr: z.string() })) }),
});

const read = dashboard.parse(JSON.parse(readFileSync(join(DEPLOY, 'grafana/okboxbox.json'), 'utf8')));
const panels = read.panels.filter((each) => each.type !== 'row');
const expressions = [
  ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...read.annotations.list.map(({ expr }) => expr),
];
/** Families that it shows: of a histogram's parts the whole. */
const shown = new Set(
  expressions.flatMap((expr) =>
    (expr.match(/\b(?:okboxbox_\w+|db_query_ms_p95)\b/g) ?? []).map((name) =>
      name.replace(/_(?:bucket|sum|count)$/, ''),
    ),
  ),
);

const { url } = serverForEachTest({ METRICS_ENABLED: 'true' });

describe('the Grafana dashboard', () => {
  it('shows every family that a running server exports, and none that it does not', async () => {
    const text = await (await fetch(`${url()}/metrics`)).text();
    const exported = [...text.matchAll(/^# TYPE (\w+) /gm)].map((match) => match[1] ?? '');
    expect(exported.length).toBeGreaterThan(40);
    expect([...shown].sort()).toEqual(exported.sort());
  });

  it('asks the source and the servers that are chosen', () => {
    expect(read.templating.list.map(({ name, type }) => [name, type])).toEqual([
      ['datasource', 'datasource'],
      ['instance', 'query'],
    ]);
    for (const expr of expressions) {
      const asked = expr.match(/\b(?:okboxbox_\w+|db_query_ms_p95)\b/g) ?? [];
      expect([expr, expr.split('instance=~"$instance"').length - 1]).toEqual([expr, asked.length]);
    }
  });

  it('has each panel by an id of its own in a place of its own, with its queries told apart', () => {
    const ids = read.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const taken = new Set<string>();
    for (const { title, gridPos: at } of read.panels) {
      expect([title, at.x + at.w <= 24]).toEqual([title, true]);
      for (let x = at.x; x < at.x + at.w; x++) {
        for (let y = at.y; y < at.y + at.h; y++) {
          expect([title, taken.has(`${x} ${y}`)]).toEqual([title, false]);
          taken.add(`${x} ${y}`);
        }
      }
    }
    for (const { title, targets } of panels)
      expect([title, new Set(targets.map(({ refId }) => refId)).size]).toEqual([title, targets.length]);
  });

  it.skipIf(WITHOUT_PROMTOOL)('asks in words that Prometheus understands', () => {
    const dir = mkdtempSync(join(tmpdir(), 'grafana-'));
    try {
      const rules = expressions.map((expr, i) => ({
        record: `panel:${i}`,
        expr: expr.replaceAll('$__rate_interval', '1m'),
      }));
      const file = join(dir, 'rules.yml');
      // JSON is YAML.
      writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
      const { status, said } = promtool(['check', 'rules', file]);
      expect([status, said.join('\n')]).toEqual([0, expect.stringContaining(`${rules.length} rules found`)]);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

it.skipIf(WITHOUT_PROMTOOL)('the example of Prometheus’s configuration is one', () => {
  const { status, said } = promtool(['check', 'config', join(DEPLOY, 'prometheus/prometheus.yml')]);
  expect([status, said.join('\n')]).toEqual([0, expect.stringContaining('is valid')]);
});
