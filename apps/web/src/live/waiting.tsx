import { useFeed } from '../feed/use-feed.js';
import { Notice } from '../shell/notice.js';

const SKELETONS = Array.from({ length: 14 }, (_, i) => `row ${i}`);

/** A timing page before its first answer. */
export function Waiting() {
  const lost = useFeed((store) => (store.connection.state === 'lost' ? store.connection.because : null));
  if (lost !== null) {
    return (
      <Notice title="The server does not answer">
        <p>{lost} This page tries again by itself, and goes on where it was.</p>
      </Notice>
    );
  }
  return <LoadingRows />;
}

/** The outline of a timing page, while nothing is known. */
export function LoadingRows() {
  return (
    <div className="live" aria-busy="true">
      <span className="visually-hidden">Loading the session</span>
      <div className="strip">
        <span className="skeleton" style={{ width: 260, height: 28 }} />
      </div>
      {SKELETONS.map((key) => (
        <div key={key} className="skeleton-row">
          <span className="skeleton" />
          <span className="skeleton" />
          <span className="skeleton" />
        </div>
      ))}
    </div>
  );
}
