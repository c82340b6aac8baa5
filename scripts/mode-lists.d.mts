/** The text of each list of failure modes and of their drills, by its path from the project's folder. */
export function modeLists(): Readonly<Record<string, string>>;
