/** Whether the store reaches its database. */
export type StoreHealth =
  | { readonly state: 'starting' }
  | {
      readonly state: 'ok';
      /** The database is there, and rows wait to be stored: it refuses them, does not end a statement, or has no connection free. */
      readonly waits?: { readonly since: number; readonly because: string };
    }
  | { readonly state: 'away'; readonly since: number; readonly because: string };

/** What sessions have and the store does not have yet. */
export interface WriteBehindDepth {
  /** Sessions of which anything is missing in the store. */
  readonly sessions: number;
  readonly laps: number;
  readonly events: number;
  /** How long the last complete round took, in ms, and when something was stored last. */
  readonly lastRoundMs: number | null;
  readonly lastStoredAt: number | null;
}
