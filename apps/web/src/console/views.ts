import { type ComponentType, lazy } from 'react';
import type { KeyHelp } from '../kit/keys-dialog.js';

/** A view of the console, at `/admin/ops/<id>`. */
export interface OpsView {
  readonly id: string;
  readonly name: string;
  /** Its own keys, beside those of the console. */
  readonly keys: readonly KeyHelp[];
  /** Loaded when it is opened first. */
  readonly View: ComponentType;
}

/** The views in their order; the keys 1 to 9, then 0, open them. Phones have the first four under the thumb. */
export const OPS_VIEWS: readonly OpsView[] = [
  {
    id: 'overview',
    name: 'Overview',
    keys: [],
    View: lazy(async () => ({ default: (await import('./overview/overview-view.js')).OverviewView })),
  },
  {
    id: 'sessions',
    name: 'Sessions',
    keys: [],
    View: lazy(async () => ({ default: (await import('./sessions/sessions-view.js')).SessionsView })),
  },
  {
    id: 'sockets',
    name: 'Sockets',
    keys: [],
    View: lazy(async () => ({ default: (await import('./sockets/sockets-view.js')).SocketsView })),
  },
  {
    id: 'events',
    name: 'Events',
    keys: [],
    View: lazy(async () => ({ default: (await import('./events/events-view.js')).EventsView })),
  },
  {
    id: 'trace',
    name: 'Trace',
    keys: [
      { keys: ['t'], does: 'start the trace' },
      { keys: ['←', '→'], does: 'in the timeline: earlier and later; Home and End: to its ends' },
      { keys: ['+', '-', 'f'], does: 'in the timeline: zoom in, zoom out, show all' },
      { keys: [',', '.'], does: 'in the timeline: the frame before and after' },
    ],
    View: lazy(async () => ({ default: (await import('./trace/trace-view.js')).TraceView })),
  },
  {
    id: 'broadcast',
    name: 'Broadcast',
    keys: [],
    View: lazy(async () => ({ default: (await import('./broadcast/broadcast-view.js')).BroadcastView })),
  },
  {
    id: 'database',
    name: 'Database',
    keys: [],
    View: lazy(async () => ({ default: (await import('./database/database-view.js')).DatabaseView })),
  },
  {
    id: 'audit',
    name: 'Audit',
    keys: [],
    View: lazy(async () => ({ default: (await import('./audit/audit-view.js')).AuditView })),
  },
  {
    id: 'findings',
    name: 'Findings',
    keys: [],
    View: lazy(async () => ({ default: (await import('./findings/findings-view.js')).FindingsView })),
  },
  {
    id: 'pack',
    name: 'Support pack',
    keys: [],
    View: lazy(async () => ({ default: (await import('./pack/pack-view.js')).PackView })),
  },
];

/** The key that opens the view at a place of the list; `null` behind the tenth. */
export function keyOfView(place: number): string | null {
  return place < 10 ? String((place + 1) % 10) : null;
}
