/** A file of a release. */
export interface ReleaseFile {
  readonly name: string;
  readonly sha256: string;
}

/**
 * The notes of a version's tag: its section of the changelog, and how to run what was built for it.
 * @throws Error where the changelog has no section of that version, or an empty one
 */
export function releaseNotes(changelog: string, version: string, files: readonly ReleaseFile[]): string;
