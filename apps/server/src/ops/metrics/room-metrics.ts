import type { Families } from './families.js';
import type { Look } from './look.js';

/** Rooms as the sweep finds them, and who enters and leaves them. */
export function roomMetrics(families: Families, look: () => Look): void {
  const rooms = () => look().summary.rooms;
  families.gauge('okboxbox_rooms', 'Rooms that somebody is in, at the newest sweep.', () => rooms().rooms);
  families.gauge('okboxbox_room_memberships', 'Memberships of rooms, at the newest sweep.', () => rooms().memberships);
  families.counter('okboxbox_rooms_joins_total', 'Rooms entered.', () => rooms().joins);
  families.counter('okboxbox_rooms_leaves_total', 'Rooms left.', () => rooms().leaves);
  families.counter(
    'okboxbox_rooms_repaired_total',
    'Memberships that had leaked and were mended.',
    () => rooms().repairedTotal,
  );
}
