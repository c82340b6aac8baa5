import { type OpsSocket, opsSocket } from '@okboxbox/protocol';
import { fields, number } from '../allow-list.js';
import { ruleOf } from '../rules.js';
import { section } from '../section.js';
import { socketOf } from './in-scope.js';

/** Connections as `/api/ops/sockets` has them: those that are open, then those that are gone, newest first. */
export const sockets = section('sockets', ({ operations }, { sessionId }) => {
  const registry = operations.figures.sockets;
  const open = registry.open();
  const closed = registry.closed();
  return {
    head: { count: open.length, countClosed: closed.length },
    rule: fields<{ count: number; countClosed: number }>({ count: number, countClosed: number }),
    lists: [
      {
        name: 'sockets',
        rows: looked(open, (each) => socketOf(sessionId, registry.look(each))),
        rule: ruleOf(opsSocket),
      },
      { name: 'closed', rows: looked(closed, (each) => socketOf(sessionId, each)), rule: ruleOf(opsSocket) },
    ],
  };
});

/** Each is looked at when its turn comes: one that goes meanwhile is shown as it was last. */
function* looked<T>(all: readonly T[], look: (each: T) => OpsSocket | null): Generator<OpsSocket> {
  for (const each of all) {
    const seen = look(each);
    if (seen !== null) yield seen;
  }
}
