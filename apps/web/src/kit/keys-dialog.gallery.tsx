import { useEffect, useRef } from 'react';
import type { GalleryStates } from './gallery.js';
import { KeysDialog } from './keys-dialog.js';

function Open() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.show(), []);
  return (
    <KeysDialog
      ref={dialog}
      keys={[
        { keys: ['↓', '↑'], does: 'next and previous car' },
        { keys: ['Enter'], does: 'open the laps of the car' },
        { keys: ['?'], does: 'show these keys' },
      ]}
    />
  );
}

export const STATES: GalleryStates = { open: () => <Open /> };
