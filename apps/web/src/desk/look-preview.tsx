import type { ShowLook } from '@okboxbox/protocol';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Button } from '../kit/button.js';
import type { OverlaySource } from '../overlays/cued-overlays.js';
import type { DemoShown } from '../overlays/page/demo-picture.js';
import { Screen } from './screen.js';
import { useDeskWorld } from './use-desk.js';
import { LookContext, useWornLook } from './worn-look.js';

const SHOWN: readonly (readonly [shown: DemoShown, label: string])[] = [
  ['race', 'Race'],
  ['results', 'Results'],
];

/** The overlays in a look that is not saved, over a demo race: also before the evening's first session. */
export function LookPreview({ look }: { look: ShowLook }) {
  const { show } = useDeskWorld();
  const worn = useWornLook(show, look);
  const [shown, setShown] = useState<DemoShown>('race');
  const [isBright, setBright] = useState(false);
  const source = useDemoSource(shown);
  return (
    <div className="look-preview" data-bright={isBright || undefined}>
      <LookContext value={worn}>
        <Screen source={source} label="The overlays in this look, over a demo race" />
      </LookContext>
      <div className="button-row">
        {SHOWN.map(([each, label]) => (
          <Button key={each} aria-pressed={shown === each} onClick={() => setShown(each)}>
            {label}
          </Button>
        ))}
        <Button aria-pressed={isBright} onClick={() => setBright(!isBright)}>
          Bright picture
        </Button>
      </div>
    </div>
  );
}

/** A demo race that stands still; its script is loaded when it is first needed. */
function useDemoSource(shown: DemoShown): OverlaySource {
  const newest = useRef<ReturnType<OverlaySource['picture']>>(null);
  const listeners = useRef(new Set<() => void>());
  useEffect(() => {
    let isWanted = true;
    import('../overlays/page/demo-picture.js').then(
      ({ demoPicture }) => {
        if (!isWanted) return;
        newest.current = demoPicture(shown);
        for (const listener of listeners.current) listener();
      },
      // Without it the preview stays empty; the contrasts stand beside it all the same.
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [shown]);
  return useMemo(
    () => ({
      picture: () => newest.current,
      subscribe: (listener) => {
        listeners.current.add(listener);
        return () => listeners.current.delete(listener);
      },
    }),
    [],
  );
}
