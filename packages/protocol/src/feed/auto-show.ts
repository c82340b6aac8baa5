import { z } from 'zod';

/** A show that runs itself: kinds of moments, the rules that a show has for them, and what its desk is told. */

/** Kinds of moments that may be worth showing, the most important first. */
export const MOMENT_KINDS = [
  'finish',
  'results',
  'start',
  'grid',
  'incident',
  'off-track',
  'leader-pits',
  'fastest-lap',
  'lead-battle',
  'battle',
  'closing',
] as const;
export type MomentKind = (typeof MOMENT_KINDS)[number];

/** The shortest and the longest time that a moment may be shown, in s. */
export const MIN_HOLD_S = 3;
export const MAX_HOLD_S = 120;

const rule = z.object({
  /** Whether moments of the kind are put on air. */
  on: z.boolean(),
  /** How long one is shown, in s. */
  holdS: z.number().int().min(MIN_HOLD_S).max(MAX_HOLD_S),
});
/** What a show does with moments of one kind. */
export type AutoRule = Readonly<z.infer<typeof rule>>;
export type AutoRules = Readonly<Record<MomentKind, AutoRule>>;

/** The rules of a show whose director has set none. */
export const USUAL_RULES: AutoRules = {
  finish: { on: true, holdS: 12 },
  results: { on: true, holdS: 30 },
  start: { on: true, holdS: 8 },
  grid: { on: true, holdS: 20 },
  incident: { on: true, holdS: 15 },
  // Most are over before the graphic is up.
  'off-track': { on: false, holdS: 10 },
  'leader-pits': { on: true, holdS: 10 },
  'fastest-lap': { on: true, holdS: 10 },
  'lead-battle': { on: true, holdS: 20 },
  battle: { on: true, holdS: 20 },
  closing: { on: false, holdS: 15 },
};

/** Rules as a call sets them: what is left out stays as it is. */
export const rulesSet = z.partialRecord(z.enum(MOMENT_KINDS), rule.partial());
export type RulesSet = z.infer<typeof rulesSet>;

/** Rules with a change made to them. */
export function withRules(rules: AutoRules, change: RulesSet): AutoRules {
  const changed = MOMENT_KINDS.map((kind) => {
    const { on = rules[kind].on, holdS = rules[kind].holdS } = change[kind] ?? {};
    return [kind, { on, holdS }];
  });
  return Object.fromEntries(changed) as AutoRules;
}

/** A moment that a show has aired by itself, or is about to. */
export interface AutoMoment {
  readonly kind: MomentKind;
  /** What it is about: `Battle for P3: #4 A. Lindqvist, #11 M. Okafor · +0.412`. */
  readonly words: string;
  /** When it was cued, or will be, on the server's clock in ms; it airs with that picture. */
  readonly at: number;
}

/** Why a moment that is worth showing is not cued yet. */
export const AUTO_WAITS = ['shown', 'rest', 'kept'] as const;
/** `shown`: another moment is on air; `rest`: the screen rests; `kept`: a director has put its slots on air to stay. */
export type AutoWait = (typeof AUTO_WAITS)[number];

/** Whether a show runs by itself, what it waits for, and its rules, as a desk shows them. */
export interface AutoState {
  /** Whether the show runs by itself now. */
  readonly isRunning: boolean;
  /** The director who took control last; `null` while it runs, and where it never has. */
  readonly heldBy: string | null;
  readonly rules: AutoRules;
  /** What it will cue next as things are, and what that waits for; `null` where nothing is worth showing. */
  readonly next: (AutoMoment & { readonly waitsFor: AutoWait }) | null;
  /** What it has cued lately, newest first. */
  readonly aired: readonly AutoMoment[];
}

/** One entry of a dry run. */
export interface DryRunMoment {
  readonly kind: MomentKind;
  readonly words: string;
  /** When it would have been cued, in ms on the session's clock. */
  readonly atMs: number;
  /** How long it would have been shown, in ms: less than its rule says where a more important one came. */
  readonly shownMs: number;
}

/** What a show would have aired by itself over a session, by its rules of now. */
export interface DryRun {
  readonly sessionId: string;
  /** The instants of the session that were looked at, in ms on its clock; `null` where it has no frame. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly aired: readonly DryRunMoment[];
  /** Moments of each kind that the session had, aired or not; kinds that it had none of are absent. */
  readonly found: Readonly<Partial<Record<MomentKind, number>>>;
}

/** A line of the answer to a dry run: how far it has come, from 0 to 1, and at last what came of it. */
export type DryRunLine = { readonly progress: number } | { readonly dryRun: DryRun } | { readonly failed: string };
