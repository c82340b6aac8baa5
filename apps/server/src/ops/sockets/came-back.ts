import type { Connection } from './socket-registry.js';

/**
 * Of dead connections, those whose viewer has come back with a new one: it takes the transport up to 45 s to give up the old
 * one. Each connection that was made since then, of the same kind, user and address, stands for one of them.
 */
export function cameBack(dead: ReadonlySet<Connection>, open: readonly Connection[]): ReadonlySet<Connection> {
  const back = new Set<Connection>();
  if (dead.size === 0) return back;
  const ofWhom = new Map<string, { readonly dead: Connection[]; readonly new: number[] }>();
  for (const each of dead) {
    const known = ofWhom.get(each.whose) ?? { dead: [], new: [] };
    known.dead.push(each);
    ofWhom.set(each.whose, known);
  }
  for (const each of open) if (!dead.has(each)) ofWhom.get(each.whose)?.new.push(each.connectedAt);
  for (const of of ofWhom.values()) {
    // The one that fell silent last is taken first, by the newest that can stand for it.
    of.dead.sort((a, b) => lastBeat(b) - lastBeat(a));
    of.new.sort((a, b) => b - a);
    let next = 0;
    for (const each of of.dead) {
      const connectedAt = of.new[next];
      if (connectedAt === undefined || connectedAt <= lastBeat(each)) continue;
      next += 1;
      back.add(each);
    }
  }
  return back;
}

function lastBeat({ beats }: Connection): number {
  return beats?.at ?? 0;
}
