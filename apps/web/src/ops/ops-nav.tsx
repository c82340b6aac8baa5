import { useEffect, useRef } from 'react';
import { OpsLink } from './ops-search.js';
import { keyOfView, OPS_VIEWS } from './views.js';

/** As many views as a phone has under the thumb; the rest are behind "More". */
const UNDER_THE_THUMB = 4;

/** The list of views: at the side of a wide page, at the foot of a narrow one. */
export function OpsNav({ current }: { current: string | undefined }) {
  const more = useRef<HTMLDialogElement>(null);
  const others = OPS_VIEWS.slice(UNDER_THE_THUMB);
  const isAmongOthers = others.some((view) => view.id === current);
  useEffect(() => {
    if (current !== undefined) more.current?.close();
  }, [current]);
  return (
    <nav className="ops-nav" aria-label="Views">
      <ul>
        {OPS_VIEWS.map((view, place) => (
          <li key={view.id} data-under-thumb={place < UNDER_THE_THUMB || undefined}>
            <OpsLink view={view.id} {...(view.id === current && { className: 'current' })}>
              <span>{view.name}</span>
              <kbd>{keyOfView(place)}</kbd>
            </OpsLink>
          </li>
        ))}
        {others.length > 0 && (
          <li className="ops-more">
            <button type="button" data-current={isAmongOthers || undefined} onClick={() => more.current?.showModal()}>
              {isAmongOthers ? others.find((view) => view.id === current)?.name : 'More'}
            </button>
          </li>
        )}
      </ul>
      <dialog className="keys ops-sheet" ref={more} aria-label="More views">
        <ul>
          {others.map((view) => (
            <li key={view.id}>
              <OpsLink view={view.id}>{view.name}</OpsLink>
            </li>
          ))}
        </ul>
        <form method="dialog">
          <button type="submit" className="button">
            Close
          </button>
        </form>
      </dialog>
    </nav>
  );
}
