import { flagShown } from '@okboxbox/race-view';
import './flag-chip.css';

/** The session's flag. */
export function FlagChip({ flags }: { flags: readonly string[] }) {
  const { colour, words } = flagShown(flags);
  return (
    <span className="flag" data-flag={colour}>
      {words}
    </span>
  );
}
