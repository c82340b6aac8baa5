import { DEMO_PHASES, type DemoChoice, MAX_DEMO_CARS, USUAL_DEMO } from './demo/demo-choice.js';

/** What an overlay's address says beside the overlay's own options. */
export interface OverlayAddress {
  /** The name in the path, `/overlay/KIND`. */
  readonly kind: string;
  /** The show or the session; `null` where the address names neither. */
  readonly subject: { readonly show: string } | { readonly sessionId: string } | null;
  /** Behind on top of the session's delay, in ms. */
  readonly extraDelayMs: number;
  readonly token: string | null;
  readonly link: string | null;
  /** A demo race instead of a server's, and the second at which it stands still, if it does; `null` for a server's. */
  readonly demo: { readonly choice: DemoChoice; readonly at: number | null } | null;
  /** A colour behind everything, to set it up outside OBS. */
  readonly background: string | null;
  /** All parameters that are not empty, for the overlay to read its options from. */
  readonly given: Readonly<Record<string, string>>;
}

const MAX_EXTRA_MS = 120_000;
/** Steps that the server makes audiences in. */
const EXTRA_STEP_MS = 100;
const MAX_SEED = 2 ** 31;
const MAX_DEMO_S = 86_400;

/** Reads an overlay's address; what is not a number, or out of range, counts as absent. */
export function overlayAddress({ pathname, search }: Pick<URL, 'pathname' | 'search'>): OverlayAddress {
  const given = Object.fromEntries([...new URLSearchParams(search)].filter(([, value]) => value.trim() !== ''));
  const number = (name: string, max: number): number => {
    const value = Number(given[name] ?? Number.NaN);
    return Number.isFinite(value) && value >= 0 && value <= max ? value : 0;
  };
  const { show, session, bg } = given;
  return {
    kind: pathname.split('/').at(-1) ?? '',
    subject: show ? { show } : session ? { sessionId: session } : null,
    extraDelayMs: Math.round(number('extra', MAX_EXTRA_MS) / EXTRA_STEP_MS) * EXTRA_STEP_MS,
    token: given.token ?? null,
    link: given.link ?? null,
    demo:
      given.demo !== '1'
        ? null
        : {
            choice: {
              seed: Math.round(number('seed', MAX_SEED)),
              cars: Math.round(number('cars', MAX_DEMO_CARS)) || USUAL_DEMO.cars,
              phase: DEMO_PHASES.find((phase) => phase === given.phase) ?? USUAL_DEMO.phase,
            },
            at: given.at === undefined ? null : number('at', MAX_DEMO_S),
          },
    background: bg !== undefined && /^#?[0-9a-f]{3,8}$/i.test(bg) ? `#${bg.replace('#', '')}` : null,
    given,
  };
}
