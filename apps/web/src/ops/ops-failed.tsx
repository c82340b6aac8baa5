import type { ErrorComponentProps } from '@tanstack/react-router';
import { Notice } from '../shell/notice.js';
import { PageShell } from '../shell/page-shell.js';

/** What stands there where the console cannot be drawn: most often the server is another version by now. */
export function OpsFailed({ error }: ErrorComponentProps) {
  return (
    <PageShell keys={[]}>
      <Notice title="The console cannot be drawn">
        <p>
          {error instanceof Error ? error.message : String(error)} If the server was updated since this page was opened,
          loading it again mends that. The show does not depend on this page.
        </p>
        <button type="button" className="button primary" onClick={() => location.reload()}>
          Load it again
        </button>
      </Notice>
    </PageShell>
  );
}
