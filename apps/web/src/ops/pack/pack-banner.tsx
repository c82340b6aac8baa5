import '../../style/ops-pack.css';
import { momentOf } from '../figures.js';
import { useOpenSource, useOpsSource } from '../ops-source.js';
import { isPackSource } from './pack-source.js';
import { aboutWords } from './pack-words.js';

/** Says above every view that what is shown is a support pack and not the running server, and leads back to it. */
export function PackBanner() {
  const source = useOpsSource();
  const open = useOpenSource();
  if (!isPackSource(source)) return null;
  const { manifest, problems } = source.pack;
  return (
    <p className="pack-banner" role="status">
      <span>
        <b>Support pack of {momentOf(manifest.createdAt)}, not live.</b> {aboutWords(manifest)}, made by version{' '}
        {manifest.version}
        {problems.length > 0 && ` · ${problems.length} of its parts could not be read whole`}
      </span>
      <button type="button" className="button" onClick={() => open(null)}>
        Back to the server
      </button>
    </p>
  );
}
