import { call } from '../calls.js';
import type { Answer, Asked, OpsRead, OpsSource } from './ops-source.js';

/** An answer that takes longer is given up: what is on the screen says its age, and it is asked again. */
const GIVE_UP_MS = 10_000;

/** The running server that this page came from. */
export const LIVE: OpsSource = {
  id: 'live',
  at: null,
  read: <R extends OpsRead>(what: R, asked: Asked<R>, signal?: AbortSignal): Promise<Answer<R>> => {
    const limit = AbortSignal.timeout(GIVE_UP_MS);
    return call<Answer<R>>(addressOf(what, asked), {
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
  },
  act: <T>(path: string, body: unknown) => call<T>(path, { method: 'POST', body }),
};

/** The address of what is asked, with the filters that are set. */
export function addressOf<R extends OpsRead>(what: R, asked: Asked<R>): string {
  const { socketId, traceId, ...filters } = asked as Readonly<Record<string, string | number | undefined>>;
  const set = Object.entries(filters).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)] as [string, string]],
  );
  const query = set.length === 0 ? '' : `?${new URLSearchParams(set)}`;
  const path =
    what === 'why'
      ? `sockets/${encodeURIComponent(String(socketId))}/why`
      : what === 'trace'
        ? `trace/${encodeURIComponent(String(traceId))}`
        : what;
  return `/api/ops/${path}${query}`;
}
