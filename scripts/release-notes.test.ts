import { expect, it } from 'vitest';
import { releaseNotes } from './release-notes.mjs';

const CHANGELOG = `# Changelog

## [Unreleased]
- Not yet.

## [0.2.0] - 2026-11-30
### Added
- A feed.

## [0.2.0-rc.1] - 2026-11-01
- Tried out.

## 0.1.0
- The first.

[0.2.0]: https://example.org/v0.2.0
`;
const FILES = [{ name: 'okboxbox-0.2.0.tgz', sha256: 'abc' }];

it("has the version's own section, its date, the command to run it, and the checksums", () => {
  const notes = releaseNotes(CHANGELOG, '0.2.0', FILES);
  expect(notes).toMatch(/^# Ok, Box Box 0\.2\.0 \(2026-11-30\)\n/);
  expect(notes).toContain('npx --package ./okboxbox-0.2.0.tgz okboxbox up');
  expect(notes).toContain('\n### Added\n- A feed.\n\n## Files\n');
  expect(notes).toContain('- `okboxbox-0.2.0.tgz` SHA-256 `abc`');
  expect(notes).not.toMatch(/Not yet|Tried out|The first|example\.org/);
});

it('takes a title without a date, and leaves the addresses of links out', () => {
  const notes = releaseNotes(CHANGELOG, '0.1.0', []);
  expect(notes).toMatch(/^# Ok, Box Box 0\.1\.0\n/);
  expect(notes).toContain('- The first.\n\n## Files');
  expect(notes).not.toContain('example.org');
});

it('is refused where the changelog has no section of the version, or an empty one', () => {
  expect(() => releaseNotes(CHANGELOG, '0.3.0', FILES)).toThrow('no section "## [0.3.0]"');
  expect(() => releaseNotes('## [0.3.0]\n\n## [0.2.0]\n- A feed.\n', '0.3.0', FILES)).toThrow('says nothing of 0.3.0');
});
