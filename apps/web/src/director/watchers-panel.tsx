import type { Watcher } from '@okboxbox/protocol';
import { age, delayWords, seconds } from '../format.js';
import { useNow } from '../shell/use-now.js';
import { Panel } from './panel.js';
import { useDesk } from './use-desk.js';

/** An output that has not reported for this long is not heard of any more, in ms. */
const SILENT_MS = 15_000;

/** Who watches: overlays with how they do, viewers as a number. */
export function WatchersPanel() {
  const { watchers, publicViewers } = useDesk();
  const now = useNow(1_000);
  return (
    <Panel title="Watching" aside={`${publicViewers} public ${publicViewers === 1 ? 'viewer' : 'viewers'}`}>
      {watchers.length === 0 ? (
        <p className="soft">No overlay is connected. A browser source in OBS shows up here within seconds.</p>
      ) : (
        <table className="desk-table">
          <thead>
            <tr>
              <th scope="col">Output</th>
              <th scope="col">In OBS</th>
              <th scope="col">Picture</th>
              <th scope="col">Last error</th>
            </tr>
          </thead>
          <tbody>
            {watchers.map((watcher) => (
              <tr key={watcher.socketId}>
                <th scope="row">
                  {watcher.name}
                  <small>{aboutOf(watcher)}</small>
                </th>
                <td>{obsWords(watcher)}</td>
                <td>{pictureWords(watcher, now)}</td>
                <td className={watcher.lastError === null ? 'soft' : 'problem'} title={watcher.lastError ?? undefined}>
                  {watcher.lastError ?? 'none'}
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
    extraDelayMs === 0 ? '' : `+${delayWords(extraDelayMs)}`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function obsWords({ visible, active }: Watcher): string {
  if (visible === null && active === null) return 'not in OBS';
  if (active === true) return 'on programme';
  return visible === false ? 'hidden' : 'visible';
}

function pictureWords({ frameAgeMs, reportedAt }: Watcher, now: number): string {
  if (reportedAt !== null && now - reportedAt > SILENT_MS) return `silent for ${age(now - reportedAt)}`;
  return frameAgeMs === null ? 'none yet' : `${seconds(frameAgeMs)} old`;
}
