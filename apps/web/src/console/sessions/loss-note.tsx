import type { SessionLoss } from '@okboxbox/protocol';
import { duration, whole, words } from '../../kit/figures.js';

/** What was lost of a session's timeline, for as long as the session is listed. */
export function LossNote({ loss }: { loss: SessionLoss }) {
  const { records, bytes, file, because, from, to, isAccepted } = loss;
  const howMany = records === null ? 'An unknown number of records' : `${whole(records)} records`;
  const span = from === null || to === null ? '' : ` of ${words(duration(to - from))}`;
  return (
    <p data-tone={isAccepted ? undefined : 'warn'}>
      {howMany}
      {span} ({whole(bytes)} bytes) of this session are lost: {file}, {because}.
      {isAccepted && ' An operator has accepted it.'}
    </p>
  );
}
