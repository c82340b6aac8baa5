import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { CallFailed, call } from '../calls.js';
import { Notice } from '../shell/notice.js';
import { PageShell } from '../shell/page-shell.js';

/** Where a share link leads that opens nothing: the server sends everyone else on, and this page says why not here. */
export function DeadLinkPage({ code }: { code: string }) {
  const { error } = useQuery({
    queryKey: ['link', code],
    queryFn: () => call(`/l/${encodeURIComponent(code)}`),
    retry: (_, failure) => !(failure instanceof CallFailed && failure.problem?.status === 404),
    retryDelay: 2_000,
  });
  useEffect(() => {
    document.title = 'Link · Ok, Box Box';
  }, []);
  return (
    <PageShell keys={[]}>
      <Notice title="This link does not open anything">
        <p role="status">{error?.message ?? ''}</p>
      </Notice>
    </PageShell>
  );
}
