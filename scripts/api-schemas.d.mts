/** Where the generated schemas go, from the root. */
export const SCHEMAS_FILE: string;
/** The text of that file, made from the types as they are now. Takes some seconds. */
export function apiSchemas(): string;
