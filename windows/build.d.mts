/** Node for Windows, as it comes from the package registry. */
export const NODE_EXE: string;
/** Makes the single-file program; resolves with its path. */
export function buildProgram(): Promise<string>;
/** Bundles a module with everything that it imports into one CommonJS script. */
export function bundle(input: string, file: string, conditions?: readonly string[]): Promise<void>;
