import type { UnsavedSetting } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { AT, healthy } from '../testing/healthy-night.js';
import { settingsNotStored } from './detect.js';

const full: UnsavedSetting = {
  what: 'revoked_tokens',
  show: null,
  since: AT - 7_000,
  tries: 7,
  code: 'ENOSPC',
  because: 'the disk is full',
};

describe('settings that are not stored', () => {
  it('are one finding that names them, since the first of them, until all are stored', () => {
    const show = { ...full, what: 'show', show: 'cup', since: AT - 9_000, tries: 9 } as const;
    const [found, ...others] = settingsNotStored.look(healthy({ unsaved: [full, show] }));
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      code: 'SETTINGS_NOT_STORED',
      cause: 'disk_refuses',
      severity: 'warning',
      since: AT - 9_000,
      summary: '2 settings in force are not stored: revoked tokens, the show "cup". A restart now would lose them.',
      because: 'The disk did not store: the disk is full.',
    });
    expect(settingsNotStored.look(healthy({ unsaved: [] }))).toEqual([]);
  });

  it('are not looked for in the pack of a version that did not know them', () => {
    expect(settingsNotStored.look(healthy())).toEqual([]);
  });
});
