/** How soon a client tries to connect again, from the first wait to the longest, in ms. */
interface Pace {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** An overlay is on air, and there are few: it is back first. */
const OVERLAY: Pace = { firstMs: 250, mostMs: 1_500 };
const PAGE: Pace = { firstMs: 500, mostMs: 4_000 };

/** A try may take this long, in ms: there are networks on which a connection takes seconds to make. */
const TRY_MS = 12_000;
/** Answers that it takes to connect: of the network, of the upgrade to a WebSocket, of the server; and one to spare. */
const ANSWERS_TO_CONNECT = 4;
/** The longest wait where the browser says that the network is back, or its page is looked at again, in ms. */
const HURRY_MS = 1_000;

/**
 * How long to wait before the next try, in ms. `failed`: tries since the connection was lost. `spreadMs`: within how long
 * the server wants its clients back, at random, so that they do not all come at once.
 */
export function retryWait(isOverlay: boolean, failed: number, spreadMs: number, random = Math.random): number {
  const spread = random() * spreadMs;
  if (failed === 0) return spread;
  const { firstMs, mostMs } = isOverlay ? OVERLAY : PAGE;
  return Math.min(mostMs, firstMs * 2 ** (failed - 1)) * (0.5 + random() / 2) + spread;
}

/** The wait before a try for which there is a reason to think that it succeeds, in ms. */
export function hurriedWait(spreadMs: number, random = Math.random): number {
  return random() * Math.min(spreadMs, HURRY_MS);
}

/** How long a try to connect may take, in ms. `rttMs`: how long an answer took on the connection before. */
export function tryWithin(rttMs: number | null): number {
  return rttMs === null ? TRY_MS : Math.max(TRY_MS, ANSWERS_TO_CONNECT * rttMs + 1_000);
}

/** The wait after a refusal because too many called, in ms: the server says how long, and not all come back at the same instant. */
export function afterLimit(retryAfterMs: number | undefined, random = Math.random): number {
  return (retryAfterMs ?? 1_000) * (1 + random());
}
