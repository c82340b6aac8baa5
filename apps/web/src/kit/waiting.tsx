import './waiting.css';
import { useFeed } from '../feed/use-feed.js';
import { Notice } from './notice.js';
import { Skeleton } from './skeleton.js';

const SKELETONS = Array.from({ length: 14 }, (_, i) => `row ${i}`);

/** A timing page before its first answer. */
export function Waiting() {
  const lost = useFeed((store) => (store.connection.state === 'lost' ? store.connection.because : null));
  if (lost !== null) {
    return (
      <Notice title="The server does not answer">
        <p>{lost} This page reconnects automatically.</p>
      </Notice>
    );
  }
  return <LoadingRows />;
}

/** The outline of a timing page, while nothing is known. */
export function LoadingRows() {
  return (
    <div className="loading-rows" aria-busy="true">
      <span className="visually-hidden">Loading the session</span>
      <div className="loading-strip">
        <Skeleton width={260} height={28} />
      </div>
      {SKELETONS.map((key) => (
        <div key={key} className="skeleton-row">
          <Skeleton />
          <Skeleton />
          <Skeleton />
        </div>
      ))}
    </div>
  );
}
