import type { TowerChoice } from '../tower/tower-rows.js';

/** What the address of an overlay says. */
export interface OverlayOptions extends TowerChoice {
  /** The show or the session; `null` where the address names neither. */
  readonly subject: { readonly show: string } | { readonly sessionId: string } | null;
  readonly scale: number;
  /** Behind on top of the session's delay, in ms. */
  readonly extraDelayMs: number;
  readonly token: string | null;
  readonly link: string | null;
  /** A made-up race instead of a server's. */
  readonly demo: boolean;
  /** A colour behind everything, to set it up outside OBS. */
  readonly background: string | null;
}

const DEFAULT_ROWS = 20;
const MAX_ROWS = 60;
const MAX_EXTRA_MS = 120_000;
/** Steps that the server makes audiences in. */
const EXTRA_STEP_MS = 100;

/** Reads an overlay's address; what is not a number, or out of range, is as if it were not there. */
export function overlayOptions(search: string): OverlayOptions {
  const query = new URLSearchParams(search);
  const number = (name: string, fallback: number, min: number, max: number): number => {
    const text = query.get(name)?.trim();
    const value = text ? Number(text) : Number.NaN;
    return Number.isFinite(value) && value >= min && value <= max ? value : fallback;
  };
  const show = query.get('show');
  const sessionId = query.get('session');
  const background = query.get('bg');
  return {
    subject: show ? { show } : sessionId ? { sessionId } : null,
    rows: Math.round(number('rows', DEFAULT_ROWS, 1, MAX_ROWS)),
    figure: query.get('gap') === 'leader' ? 'leader' : 'interval',
    classNamed: query.get('class') || null,
    scale: number('scale', 1, 0.25, 3),
    extraDelayMs: Math.round(number('extra', 0, 0, MAX_EXTRA_MS) / EXTRA_STEP_MS) * EXTRA_STEP_MS,
    token: query.get('token') || null,
    link: query.get('link') || null,
    demo: query.get('demo') === '1',
    background: background !== null && /^#?[0-9a-f]{3,8}$/i.test(background) ? `#${background.replace('#', '')}` : null,
  };
}
