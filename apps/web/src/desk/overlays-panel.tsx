import './desk-lists.css';
import type { Watcher } from '@okboxbox/protocol';
import { age, delayLabel, seconds } from '../format.js';
import { Panel } from '../kit/panel.js';
import { SILENT_MS } from './outputs.js';
import { useDesk, useServerNow } from './use-desk.js';

/** Who watches: overlays with how they do, viewers as a number. */
export function OverlaysPanel() {
  const { watchers, publicViewers } = useDesk();
  const now = useServerNow(1_000);
  return (
    <Panel title="Overlays" aside={`${publicViewers} public ${publicViewers === 1 ? 'viewer' : 'viewers'}`}>
      {watchers.length === 0 ? (
        <p className="soft">No overlay is connected. A browser source in OBS shows up here within seconds.</p>
      ) : (
        <table className="desk-table">
          <thead>
            <tr>
              <th scope="col">Overlay</th>
              <th scope="col">In OBS</th>
              <th scope="col">Picture</th>
              <th scope="col">Last error</th>
            </tr>
          </thead>
          <tbody>
            {watchers.map((overlay) => (
              <tr key={overlay.socketId}>
                <th scope="row">
                  {overlay.name}
                  <small>{aboutOf(overlay)}</small>
                </th>
                <td>{obsLabel(overlay)}</td>
                <td>
                  {pictureLabel(overlay, now)}
                  {overlay.picture === 'public' && (
                    <small
                      className="wrong-picture"
                      title="Its address has no overlay link, so it gets the public picture. Open it by a link made under Share links."
                    >
                      public picture
                    </small>
                  )}
                </td>
                <td className={overlay.lastError === null ? 'soft' : 'problem'} title={overlay.lastError ?? undefined}>
                  {overlay.lastError ?? 'none'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function aboutOf({ version, link, extraDelayMs }: Watcher): string {
  const parts = [
    version === null ? '' : `v${version}`,
    link === null ? '' : `link ${link}`,
    extraDelayMs === 0 ? '' : `+${delayLabel(extraDelayMs)}`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function obsLabel({ visible, active }: Watcher): string {
  if (visible === null && active === null) return 'not in OBS';
  if (active === true) return 'on programme';
  return visible === false ? 'hidden' : 'visible';
}

function pictureLabel({ frameAgeMs, reportedAt }: Watcher, now: number): string {
  if (reportedAt !== null && now - reportedAt > SILENT_MS) return `no report for ${age(now - reportedAt)}`;
  return frameAgeMs === null ? 'none yet' : `${seconds(frameAgeMs)} old`;
}
