import type { ErrorComponentProps } from '@tanstack/react-router';
import { Button } from './button.js';
import { Notice } from './notice.js';
import { PageShell } from './page-shell.js';

/** Shown where a page cannot be loaded or drawn: most often the server has been updated since it was opened. */
export function PageFailed({ error }: Pick<ErrorComponentProps, 'error'>) {
  return (
    <PageShell keys={[]}>
      <Notice title="This page cannot be shown">
        <p>
          {error instanceof Error ? error.message : String(error)} If the server was updated since you opened this page,
          reload it. The show does not depend on this page.
        </p>
        <Button kind="primary" onClick={() => location.reload()}>
          Reload
        </Button>
      </Notice>
    </PageShell>
  );
}
