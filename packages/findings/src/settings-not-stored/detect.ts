import type { UnsavedSetting } from '@okboxbox/protocol';
import { defineFailureMode } from '../failure-mode.js';
import { counted, figure, finding } from '../finding.js';
import { MODE } from './mode.js';

/** Settings that are in force and that a restart would forget. */
export const settingsNotStored = defineFailureMode(MODE, {
  look(snapshot) {
    const unsaved = (snapshot.unsaved ?? []).filter(({ tries }) => tries >= MODE.bounds.tries.raise);
    const [first] = unsaved;
    if (first === undefined) return [];
    const names = unsaved.map(nameOf).join(', ');
    return [
      finding(snapshot, MODE, 'disk_refuses', {
        since: Math.min(...unsaved.map(({ since }) => since)),
        summary: `${counted(unsaved.length, 'setting')} in force ${unsaved.length === 1 ? 'is' : 'are'} not stored: ${names}. A restart now would lose ${unsaved.length === 1 ? 'it' : 'them'}.`,
        because: `The disk did not store: ${first.because}.`,
        evidence: [
          figure('unsaved.settings', unsaved.length, MODE.bounds.tries.raise),
          figure('unsaved.names', names),
          figure('unsaved.tries', Math.max(...unsaved.map(({ tries }) => tries)), MODE.bounds.tries.raise),
          figure('unsaved.code', first.code),
        ],
      }),
    ];
  },
});

function nameOf({ what, show }: UnsavedSetting): string {
  if (what === 'revoked_tokens') return 'revoked tokens';
  return what === 'paused_relays' ? 'paused relays' : `the show "${show ?? ''}"`;
}
