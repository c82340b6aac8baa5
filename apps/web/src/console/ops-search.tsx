import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/** The state of filters, as it stands in the address: a link to it can be sent. */
export type OpsSearch = { readonly [name: string]: string | undefined };

/** Takes what stands in the address as text, whatever it looks like. */
export function parseOpsSearch(raw: Readonly<Record<string, unknown>>): OpsSearch {
  return Object.fromEntries(
    Object.entries(raw).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [[name, String(value)] as const]
        : [],
    ),
  );
}

/** The filters in the address, and the way to change some of them: `undefined` or `''` takes one out. */
export function useOpsSearch(): readonly [OpsSearch, (changes: OpsSearch) => void] {
  const search = useSearch({ from: '/admin/ops' });
  const navigate = useNavigate();
  const change = (changes: OpsSearch) =>
    void navigate({
      to: '.',
      replace: true,
      search: (before: OpsSearch) => withoutEmpty({ ...before, ...changes }),
    });
  return [search, change];
}

export function withoutEmpty(search: OpsSearch): OpsSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== ''));
}

/** Leads to a view with filters set. */
export function OpsLink({
  view,
  search = {},
  className,
  children,
}: {
  view: string;
  search?: OpsSearch;
  className?: string;
  children: ReactNode;
}) {
  return (
    <Link
      to="/admin/ops/$view"
      params={{ view }}
      search={withoutEmpty(search)}
      {...(className !== undefined && { className })}
    >
      {children}
    </Link>
  );
}

/** A view as findings name it, such as `sockets?role=overlay`: the view, and its filters. */
export function readViewAddress(address: string): { readonly view: string; readonly search: OpsSearch } {
  const [view = '', query = ''] = address.split('?', 2);
  return { view, search: Object.fromEntries(new URLSearchParams(query)) };
}
