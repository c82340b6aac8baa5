import { LOGO_TYPES, MAX_LOGO_BYTES, MAX_LOGO_PX } from '@okboxbox/protocol';
import { useRef, useState } from 'react';
import { useToken } from '../access/use-token.js';
import { Button } from '../kit/button.js';
import { uploadLogo } from './upload-logo.js';
import { useDeskWorld } from './use-desk.js';

type State = { readonly is: 'idle' | 'uploading' } | { readonly is: 'refused'; readonly because: string };

/** The logo of a look: one is chosen, checked by the server, and seen in the preview before it is saved. */
export function LookLogo({ logo, onLogo }: { logo: string | null; onLogo: (hash: string | null) => void }) {
  const { show } = useDeskWorld();
  const token = useToken();
  const file = useRef<HTMLInputElement>(null);
  const [state, setState] = useState<State>({ is: 'idle' });
  const upload = async (chosen: File) => {
    setState({ is: 'uploading' });
    const done = await uploadLogo(show, token, chosen);
    if ('refused' in done) {
      setState({ is: 'refused', because: done.refused });
      return;
    }
    setState({ is: 'idle' });
    onLogo(done.logo.hash);
  };
  return (
    <div className="look-logo">
      <input
        ref={file}
        type="file"
        accept={LOGO_TYPES.join(',')}
        aria-label="File of the logo"
        hidden
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          // The same file may be chosen again.
          event.target.value = '';
          if (chosen !== undefined) void upload(chosen);
        }}
      />
      <span>Logo</span>
      <Button disabled={state.is === 'uploading'} onClick={() => file.current?.click()}>
        {state.is === 'uploading' ? 'Uploading …' : logo === null ? 'Choose a file' : 'Replace'}
      </Button>
      {logo !== null && <Button onClick={() => onLogo(null)}>Remove</Button>}
      <small className={state.is === 'refused' ? 'problem' : 'soft'} role="status">
        {state.is === 'refused'
          ? state.because
          : `PNG, JPEG or WebP, at most ${MAX_LOGO_BYTES / 1024} KB and ${MAX_LOGO_PX} px a side.`}
      </small>
    </div>
  );
}
