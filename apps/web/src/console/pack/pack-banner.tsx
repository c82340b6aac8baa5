import './pack-banner.css';
import { Button } from '../../kit/button.js';
import { momentOf } from '../../kit/figures.js';
import { useHomeSource, useOpenSource, useOpsSource } from '../ops-source.js';
import { aboutLabel } from './pack-labels.js';
import { isPackSource } from './pack-source.js';

/** Says above every view that what is shown is a support pack and not a running server, and leads back to what was before. */
export function PackBanner() {
  const source = useOpsSource();
  const home = useHomeSource();
  const open = useOpenSource();
  if (!isPackSource(source)) return null;
  const { manifest, problems } = source.pack;
  return (
    <p className="pack-banner" role="status">
      <span>
        <b>Support pack of {momentOf(manifest.createdAt)}, not live.</b> {aboutLabel(manifest)}, made by version{' '}
        {manifest.version}
        {problems.length > 0 && ` · ${problems.length} of its parts could not be read completely`}
      </span>
      {source === home ? (
        <span className="soft">Opened without a server</span>
      ) : (
        <Button onClick={() => open(null)}>
          {home.at === null ? 'Back to the server' : 'Back to the pack of this file'}
        </Button>
      )}
    </p>
  );
}
