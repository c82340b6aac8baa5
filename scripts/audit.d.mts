/** An entry of a lockfile's `packages`. */
export interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly engines?: { readonly node?: string };
}

/** What is not allowed in a lockfile, one line for each; every dependency must run on the range `nodes` of Node. */
export function problemsOfLockfile(packages: Readonly<Record<string, LockedPackage>>, nodes: string): string[];

/** What is not allowed in a package.json, one line for each. */
export function problemsOfManifest(manifest: Readonly<Record<string, unknown>>): string[];
