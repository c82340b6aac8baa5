import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { CallFailed, call } from '../../access/call.js';
import { Notice } from '../../kit/notice.js';
import { PageShell } from '../../kit/page-shell.js';

/** Where a share link leads that opens nothing: the server sends everyone else on, and this page says why not here. */
function DeadLinkPage({ code }: { code: string }) {
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
      <Notice title="This link does not work">
        <p role="status">{error?.message ?? ''}</p>
      </Notice>
    </PageShell>
  );
}

/** The page at the address that is open. */
export function DeadLinkRoute() {
  const { code } = useParams({ from: '/l/$code' });
  return <DeadLinkPage key={code} code={code} />;
}
