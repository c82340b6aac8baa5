import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asTyped } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { promtool, WITHOUT_PROMTOOL } from '../apps/server/src/testing/promtool.js';
import { CATALOGUE, causesOf, generatedFiles } from '../packages/findings/src/index.js';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const RULES = join(ROOT, 'deploy/prometheus/okboxbox.rules.yml');
const TESTS = join(ROOT, 'deploy/prometheus/okboxbox.rules.test.yml');

describe('the catalogue of findings', () => {
  it('has each code and each title once', () => {
    for (const names of [CATALOGUE.map(({ code }) => code), CATALOGUE.map(({ title }) => title)])
      expect(new Set(names).size).toBe(CATALOGUE.length);
  });

  it('forgets no later than it believes', () => {
    for (const { code, bounds } of CATALOGUE)
      for (const [name, { raise, clear, what }] of Object.entries(bounds)) {
        expect(what).not.toBe('');
        // How long ago something was, how much else has grown, how much arrives and how much is free are believed below their bound.
        const isUpTo = ['refusedMs', 'othersShare', 'arriving', 'freeBytes'].includes(name);
        expect([code, name, isUpTo ? clear >= raise : clear <= raise]).toEqual([code, name, true]);
      }
  });

  it.each(Object.keys(generatedFiles()))('is what %s was made of: else run "npm run generate"', (path) => {
    expect(readFileSync(join(ROOT, path), 'utf8')).toBe(generatedFiles()[path]);
  });

  it('has a section of the runbook for each failure mode, with each cause and its fixes', () => {
    const runbook = generatedFiles()['docs/runbook.md'] ?? '';
    for (const mode of CATALOGUE) {
      expect(runbook).toContain(`### ${mode.title}\n`);
      for (const [cause, { fixes }] of causesOf(mode)) {
        expect(runbook).toContain(`| \`${cause}\` |`);
        for (const fix of fixes) expect(runbook).toContain(asTyped(fix, 'npx --no-install okboxbox'));
      }
    }
  });
});

describe.skipIf(WITHOUT_PROMTOOL)('the rules of Prometheus', () => {
  it('are rules', () => {
    const { status, said } = promtool(['check', 'rules', RULES]);
    expect(said.join('\n')).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  it('fire where they should and nowhere else, and where a metric is absent', () => {
    const { status, said } = promtool(['test', 'rules', TESTS]);
    expect(said.join('\n')).toContain('SUCCESS');
    expect(status).toBe(0);
  });
});
