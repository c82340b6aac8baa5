import { OpsLink, readViewAddress } from '../ops-search.js';

/** Leads to another view, named as findings name it, `sockets?role=overlay`. */
export function ViewLink({ address, children }: { address: string; children: string }) {
  const { view, search } = readViewAddress(address);
  return (
    <OpsLink view={view} search={search} className="button small">
      {children}
    </OpsLink>
  );
}
