import { readFileSync } from 'node:fs';
import { DETECTORS, runDetectors } from '@okboxbox/findings';
import type { OpsSnapshot } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { anchorIn, sectionOf } from './runbook-section.js';

const BOOK = readFileSync(new URL('../../../../../docs/runbook.md', import.meta.url), 'utf8');

describe('a section of the runbook', () => {
  it('goes from its heading to the next one as high, with what is under it', () => {
    const text = '# Book\n## One\na\n```bash\n# a comment\n```\n### Deep\nb\n## Two\nc';
    expect(sectionOf(text, 'one')).toBe('## One\na\n```bash\n# a comment\n```\n### Deep\nb');
    expect(sectionOf(text, 'deep')).toBe('### Deep\nb');
    expect(sectionOf(text, 'two')).toBe('## Two\nc');
    expect(sectionOf(text, 'three')).toBeNull();
  });

  it('is named by what stands behind the hash', () => {
    expect(anchorIn('docs/runbook.md#high-clock-drift')).toBe('high-clock-drift');
    expect(anchorIn('docs/runbook.md')).toBeNull();
  });

  it('is there for what a finding leads to', () => {
    // A snapshot that holds nothing makes detectors fail, and each such finding leads to the runbook.
    const { findings } = runDetectors({ before: [], at: 0 } as unknown as OpsSnapshot, DETECTORS);
    expect(findings.length).toBeGreaterThan(0);
    for (const { runbook } of findings) expect(sectionOf(BOOK, anchorIn(runbook) ?? '')).not.toBeNull();
    for (const anchor of ['relay-not-connecting', 'high-clock-drift', 'db-latency-spikes'])
      expect(sectionOf(BOOK, anchor)).toContain('Impact');
  });
});
