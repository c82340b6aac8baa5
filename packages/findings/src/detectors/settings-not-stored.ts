import type { UnsavedSetting } from '@okboxbox/protocol';
import { SETTINGS_NOT_STORED as MODE } from '../catalogue/settings-not-stored.js';
import { counted, type Detector, figure, finding } from '../detector.js';

/** Settings that are in force and that a restart would forget. */
export const settingsNotStored: Detector = {
  code: MODE.code,
  notYet: () => null,
  look(snapshot) {
    const unsaved = (snapshot.unsaved ?? []).filter(({ tries }) => tries >= MODE.bounds.tries.raise);
    const [first] = unsaved;
    if (first === undefined) return [];
    const names = unsaved.map(nameOf).join(', ');
    return [
      finding(snapshot, MODE, 'disk_refuses', {
        since: Math.min(...unsaved.map(({ since }) => since)),
        summary: `${counted(unsaved.length, 'setting')} in force ${unsaved.length === 1 ? 'is' : 'are'} not stored: ${names}. A restart now would forget ${unsaved.length === 1 ? 'it' : 'them'}.`,
        because: `The disk refuses to store: ${first.because}.`,
        evidence: [
          figure('unsaved.settings', unsaved.length, MODE.bounds.tries.raise),
          figure('unsaved.names', names),
          figure('unsaved.tries', Math.max(...unsaved.map(({ tries }) => tries)), MODE.bounds.tries.raise),
          figure('unsaved.code', first.code),
        ],
      }),
    ];
  },
};

function nameOf({ what, show }: UnsavedSetting): string {
  if (what === 'revoked_tokens') return 'revoked tokens';
  return what === 'paused_relays' ? 'paused relays' : `the show "${show ?? ''}"`;
}
