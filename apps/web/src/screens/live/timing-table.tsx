import './live.css';
import './timing-table.css';
import type { FeedState } from '@okboxbox/protocol';
import { classColour } from '@okboxbox/race-view';
import { type CSSProperties, useCallback, useMemo, useRef, useState } from 'react';
import type { FeedStore } from '../../feed/feed-store.js';
import { isOld } from '../../feed/freshness.js';
import { useFeed, useFeedStore, useFreshness } from '../../feed/use-feed.js';
import { Button } from '../../kit/button.js';
import { Input } from '../../kit/field.js';
import { useKeys } from '../../kit/use-keys.js';
import { useWidth } from '../../kit/use-width.js';
import { CarPanel } from './car-panel.js';
import { rowButtonId } from './cells.js';
import { layoutOf } from './layout.js';
import { useShownOrder } from './shown-order.js';
import { TimingRow } from './timing-row.js';

const NO_FEED: Pick<FeedState['session'], 'classes' | 'sectorStarts' | 'status' | 'positionsDerived'> = {
  classes: [],
  sectorStarts: [],
  status: 'live',
  positionsDerived: false,
};
/** More cars than this, and rows become dense. */
const ROOMY_CARS = 24;

/** The timing table: a row a car, gliding to its place; one car can be opened beside it, with its laps where `laps` says so. */
export function TimingTable({ laps }: { laps: boolean }) {
  const store = useFeedStore();
  const order = useFeed((live) => live.order);
  const session = useFeed((live) => (live.holding.holding === 'race' ? live.holding.feed.session : NO_FEED));
  const [filter, setFilter] = useState('');
  const [classId, setClassId] = useState<string | null>(null);
  const [pinned, setPinned] = useState<number | null>(null);
  const [selected, setSelected] = useState<number | null>(null);
  const [opened, setOpened] = useState<number | null>(null);
  const [figure, setFigure] = useState<'gap' | 'interval'>('interval');
  const field = useRef<HTMLInputElement>(null);
  const table = useRef<HTMLTableElement>(null);

  const wanted = order.filter((car) => isWanted(store, car, filter, classId));
  const cars =
    pinned !== null && wanted.includes(pinned) ? [pinned, ...wanted.filter((car) => car !== pinned)] : wanted;
  const { shown, ...pointer } = useShownOrder(cars);
  const rowHeight = useRowHeight(order.length);
  const width = useWidth(table);
  const longest = Math.max(0, ...order.map((car) => store.info(car)?.carNumber.length ?? 0));
  const { columns, tracks, isTight } = useMemo(
    () => layoutOf(session.classes.length, session.sectorStarts.length, width, figure, longest),
    [session.classes.length, session.sectorStarts.length, width, figure, longest],
  );
  const colours = new Map(session.classes.map((each, place) => [each.id, classColour(each.color, place)]));
  const hasClasses = session.classes.length > 1;
  // Rows stand in the document by car, so that a change of place moves them and draws nothing anew.
  const stable = [...shown].sort((a, b) => a - b);
  const placeOf = new Map(shown.map((car, place) => [car, place]));

  const open = useCallback((car: number) => {
    setSelected(car);
    setOpened((before) => (before === car ? null : car));
  }, []);
  const nextClass = () => {
    const ids = session.classes.map((each) => each.id);
    setClassId((before) => (before === null ? (ids[0] ?? null) : (ids[ids.indexOf(before) + 1] ?? null)));
  };
  const isStale = isOld(useFreshness());

  const select = (car: number) => {
    setSelected(car);
    if (opened !== null) setOpened(car);
    document.getElementById(rowButtonId(car))?.focus();
  };
  useKeys((key) => {
    const at = shown.indexOf(selected ?? -1);
    switch (key) {
      case '/':
        field.current?.focus();
        return true;
      case 'c':
        nextClass();
        return true;
      case 'f':
        setPinned((before) => (before === selected ? null : selected));
        return true;
      case 'Escape':
        setOpened(null);
        setFilter('');
        setClassId(null);
        return true;
      case 'ArrowDown':
        select(shown[Math.min(shown.length - 1, at + 1)] ?? -1);
        return true;
      case 'ArrowUp':
        select(shown[Math.max(0, at - 1)] ?? -1);
        return true;
      default:
        return false;
    }
  });

  return (
    <div
      className="live"
      data-stale={isStale || undefined}
      data-derived={session.positionsDerived || undefined}
      data-tight={isTight || undefined}
      data-long-numbers={longest > 3 || undefined}
      style={{ '--tracks': tracks } as CSSProperties}
    >
      <div className="tools">
        <label className="visually-hidden" htmlFor="filter">
          Filter cars
        </label>
        <Input
          id="filter"
          ref={field}
          placeholder="Filter  /"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && setFilter('')}
        />
        {hasClasses && (
          <Button onClick={nextClass} title="Show one class after the other (c)">
            {session.classes.find((each) => each.id === classId)?.name ?? 'All classes'}
          </Button>
        )}
        {isTight && (
          <Button onClick={() => setFigure((before) => (before === 'gap' ? 'interval' : 'gap'))}>
            {figure === 'gap' ? 'Gap' : 'Interval'}
          </Button>
        )}
        <Legend />
      </div>
      <div className="live-columns">
        <table className="timing" ref={table} aria-rowcount={shown.length + 1}>
          <caption className="visually-hidden">Live timing</caption>
          <thead>
            <tr className="row head">
              {columns.map((column) => (
                <th key={column.id} scope="col" data-col={column.id} title={column.means}>
                  {column.title || <span className="visually-hidden">{column.means}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="rows" style={{ height: shown.length * rowHeight }} {...pointer}>
            {stable.map((car) => (
              <TimingRow
                key={car}
                car={car}
                place={placeOf.get(car) ?? 0}
                rowHeight={rowHeight}
                columns={columns}
                classColour={hasClasses ? (colours.get(store.info(car)?.class ?? '') ?? null) : null}
                selected={selected === car}
                pinned={pinned === car}
                opened={opened === car}
                isTabStop={(selected ?? shown[0]) === car}
                onOpen={open}
                onSelect={setSelected}
              />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && <p className="no-match">No car matches. Esc clears the filter.</p>}
        {opened !== null && <CarPanel car={opened} laps={laps} onClose={() => setOpened(null)} />}
      </div>
    </div>
  );
}

function Legend() {
  return (
    <p className="legend">
      <span data-tone="best">FL fastest lap</span>
      <span data-tone="personal">PB personal best</span>
      <span data-tone="slower">▼ slower</span>
      <span data-tone="pit">■ PIT in the pits</span>
      <span>▴▾ gains, loses per lap</span>
      <span className="battle">battle</span>
      <span data-estimated>estimated</span>
    </p>
  );
}

/** Height of a row in px: finger-sized on touch, dense in a large field. */
function useRowHeight(cars: number): number {
  const [touch] = useState(() => window.matchMedia('(pointer: coarse), (max-width: 640px)').matches);
  if (touch) return 40;
  return cars > ROOMY_CARS ? 28 : 36;
}

function isWanted(store: FeedStore, car: number, filter: string, classId: string | null): boolean {
  const info = store.info(car);
  if (info === undefined || (classId !== null && info.class !== classId)) return false;
  const text = filter.trim().toLowerCase();
  return (
    text === '' ||
    info.carNumber.toLowerCase() === text ||
    info.name.toLowerCase().includes(text) ||
    (info.driver ?? '').toLowerCase().includes(text)
  );
}
