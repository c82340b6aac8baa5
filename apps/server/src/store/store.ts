import type { FeedState, Lap, RaceEvent, SessionSummary } from '@okboxbox/protocol';
import { UNNUMBERED_RULES, withVerdicts } from '@okboxbox/timing';
import type { Kysely } from 'kysely';
import type { Database } from './database.js';
import { migrate } from './migrations.js';
import { storableJson, storableText } from './storable.js';
import type { Tables } from './tables.js';

/** What the store has of a session. */
export interface StoredSession {
  readonly summary: SessionSummary;
  readonly lapsStored: number;
  readonly eventsStored: number;
  /** Whether it has ended and all of it is stored. */
  readonly isComplete: boolean;
  /** The version of the timing rules that its rows were made by. */
  readonly rulesVersion: number;
}

/** What is to be stored of a session: its facts as they are now, and what has been completed since the last time. */
export interface SessionPart {
  readonly summary: SessionSummary;
  readonly ended: { readonly at: number; readonly reason: string } | null;
  readonly entries: readonly {
    readonly car: number;
    readonly carNumber: string;
    readonly name: string;
    readonly teamName: string | null;
    readonly class: string | null;
    readonly driver: string | null;
  }[];
  /** How many laps and race events are stored already; `laps` and `events` come behind those. */
  readonly lapsStored: number;
  readonly eventsStored: number;
  readonly laps: readonly Lap[];
  readonly events: readonly RaceEvent[];
  /** The last state, with the part that completes an ended session. */
  readonly final: FeedState | null;
}

/** Which of a session's rows: from this one on, counted from 0, and how many at most. */
export interface RowsPart {
  readonly from: number;
  readonly count: number;
}
const EVERY_ROW: RowsPart = { from: 0, count: 2_147_483_647 };

/** Who did what, and when. */
export interface StoredAct {
  readonly id: number;
  readonly at: number;
  readonly who: string;
  readonly action: string;
  readonly detail: unknown;
}

/**
 * What is remembered of sessions when their timelines are folded no more. Every method talks to the database and may
 * fail as one does; nothing here is called on a frame's way.
 */
export class Store {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Brings the tables up to date. */
  async prepare(): Promise<void> {
    await migrate(this.#database.as('Store.prepare'));
  }

  /** Stores a part of a session, all of it or nothing. Storing the same part twice changes nothing. */
  async save(part: SessionPart): Promise<void> {
    const { sessionId, show, startedAt } = part.summary;
    await this.#database
      .as('Store.save')
      .transaction()
      .execute(async (db) => {
        await db
          .insertInto('shows')
          .values({ show, created_at: startedAt })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        const columns = {
          ended_at: part.ended?.at ?? null,
          end_reason: part.ended && storableText(part.ended.reason),
          summary: storableJson(part.summary),
          laps_stored: part.lapsStored + part.laps.length,
          events_stored: part.eventsStored + part.events.length,
          rules_version: part.summary.rulesVersion ?? UNNUMBERED_RULES,
          final: part.final && storableJson(part.final),
        };
        await db
          .insertInto('sessions')
          .values({ session_id: sessionId, show, started_at: startedAt, ...columns })
          .onConflict((conflict) => conflict.column('session_id').doUpdateSet(columns))
          .execute();
        await saveEntries(db, part);
        if (part.laps.length > 0) {
          const rows = part.laps.map((lap, i) => ({
            session_id: sessionId,
            nr: part.lapsStored + i,
            car: lap.car,
            lap: lap.lap,
            lap_time_ms: lap.lapTimeMs,
            body: storableJson(lap),
          }));
          await db
            .insertInto('laps')
            .values(rows)
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        }
        if (part.events.length > 0) {
          const rows = part.events.map((event, i) => ({
            session_id: sessionId,
            nr: part.eventsStored + i,
            name: event.name,
            car: event.car ?? null,
            body: storableJson(event),
          }));
          await db
            .insertInto('race_events')
            .values(rows)
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        }
      });
  }

  /** Takes away what is stored of a session's laps and events, all of it or nothing: they are to be stored anew. */
  async forget(sessionId: string): Promise<void> {
    await this.#database
      .as('Store.forget')
      .transaction()
      .execute(async (db) => {
        for (const table of ['laps', 'race_events'] as const) {
          await db.deleteFrom(table).where('session_id', '=', sessionId).execute();
        }
        const nothing = { laps_stored: 0, events_stored: 0, final: null };
        await db.updateTable('sessions').set(nothing).where('session_id', '=', sessionId).execute();
      });
  }

  /** All sessions, newest first. */
  async sessions(): Promise<StoredSession[]> {
    const rows = await this.#database
      .as('Store.sessions')
      .selectFrom('sessions')
      .select((column) => [
        'summary',
        'laps_stored',
        'events_stored',
        'rules_version',
        column('final', 'is not', null).as('is_complete'),
      ])
      .orderBy('started_at', 'desc')
      .execute();
    return rows.map((row) => ({
      summary: { ...row.summary, rulesVersion: row.rules_version },
      lapsStored: row.laps_stored,
      eventsStored: row.events_stored,
      isComplete: Boolean(row.is_complete),
      rulesVersion: row.rules_version,
    }));
  }

  /**
   * The last state of a session that has ended; `null` where it is not all stored, or was made by other timing rules than
   * `rulesVersion`.
   */
  async finalState(sessionId: string, rulesVersion?: number): Promise<FeedState | null> {
    const row = await this.#database
      .as('Store.finalState')
      .selectFrom('sessions')
      .select(['final', 'rules_version'])
      .where('session_id', '=', sessionId)
      .executeTakeFirst();
    const isOther = rulesVersion !== undefined && row?.rules_version !== rulesVersion;
    return isOther ? null : (row?.final ?? null);
  }

  /**
   * How many laps and race events a session has that has ended and is all stored; `null` where it is not, or was made by
   * other timing rules than `rulesVersion`.
   */
  async extent(
    sessionId: string,
    rulesVersion?: number,
  ): Promise<{ readonly laps: number; readonly events: number } | null> {
    const row = await this.#database
      .as('Store.extent')
      .selectFrom('sessions')
      .select(['laps_stored', 'events_stored', 'rules_version'])
      .where('session_id', '=', sessionId)
      .where('final', 'is not', null)
      .executeTakeFirst();
    const isOther = rulesVersion !== undefined && row?.rules_version !== rulesVersion;
    return row === undefined || isOther ? null : { laps: row.laps_stored, events: row.events_stored };
  }

  /** Stored laps, in the order of crossing; only a part of them, and of those only one car's, where these are given. */
  async laps(sessionId: string, car?: number, { from, count }: RowsPart = EVERY_ROW): Promise<Lap[]> {
    // Of all cars: an event names a lap that was struck off later by its place.
    const query = this.#database
      .as('Store.laps')
      .selectFrom('laps')
      .select('body')
      .where('session_id', '=', sessionId)
      .where('nr', '>=', from);
    const laps = (await query.orderBy('nr').limit(count).execute()).map((row) => row.body);
    const verdicts = await this.#database
      .as('Store.laps')
      .selectFrom('race_events')
      .select('body')
      .where('session_id', '=', sessionId)
      .where('name', '=', 'lap.deleted')
      .execute();
    const judged = withVerdicts(
      laps,
      verdicts.map(({ body }) => ({ ...body, detail: { ...body.detail, nr: Number(body.detail?.nr) - from } })),
    );
    return car === undefined ? judged : judged.filter((lap) => lap.car === car);
  }

  /** Stored race events, in order; only a part of them where it is given. */
  async events(sessionId: string, { from, count }: RowsPart = EVERY_ROW): Promise<RaceEvent[]> {
    const query = this.#database
      .as('Store.events')
      .selectFrom('race_events')
      .select('body')
      .where('session_id', '=', sessionId);
    return (await query.where('nr', '>=', from).orderBy('nr').limit(count).execute()).map((row) => row.body);
  }

  /** A setting's value, or `null` where it was never set. */
  async setting(key: string): Promise<unknown> {
    const row = await this.#database
      .as('Store.setting')
      .selectFrom('settings')
      .select('value')
      .where('key', '=', key)
      .executeTakeFirst();
    return row?.value ?? null;
  }

  async set(key: string, value: unknown): Promise<void> {
    const json = storableJson(value);
    await this.#database
      .as('Store.set')
      .insertInto('settings')
      .values({ key, value: json })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: json }))
      .execute();
  }

  /** Notes who did what. */
  async audit(entry: { readonly at: number; readonly who: string; readonly action: string; readonly detail: object }) {
    await this.#database
      .as('Store.audit')
      .insertInto('audit')
      .values({ ...entry, who: storableText(entry.who), detail: storableJson(entry.detail) })
      .execute();
  }

  /** Newest audit entries first, those with a smaller id than `before` where it is given. */
  async audits(limit: number, before?: number): Promise<StoredAct[]> {
    let query = this.#database.as('Store.audits').selectFrom('audit').select(['id', 'at', 'who', 'action', 'detail']);
    if (before !== undefined) query = query.where('id', '<', before);
    return query.orderBy('id', 'desc').limit(limit).execute();
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}

async function saveEntries(db: Kysely<Tables>, { summary, entries }: SessionPart): Promise<void> {
  if (entries.length === 0) return;
  const { sessionId } = summary;
  const rows = entries.map(({ car, carNumber, name, teamName, class: classId }) => ({
    session_id: sessionId,
    car,
    car_number: storableText(carNumber),
    name: storableText(name),
    team_name: teamName && storableText(teamName),
    class: classId && storableText(classId),
  }));
  await db
    .insertInto('entries')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['session_id', 'car']).doUpdateSet((column) => ({
        car_number: column.ref('excluded.car_number'),
        name: column.ref('excluded.name'),
        team_name: column.ref('excluded.team_name'),
        class: column.ref('excluded.class'),
      })),
    )
    .execute();
  const drivers = entries.flatMap(({ car, driver }) =>
    driver === null ? [] : [{ session_id: sessionId, car, name: storableText(driver) }],
  );
  if (drivers.length === 0) return;
  await db
    .insertInto('drivers')
    .values(drivers)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
