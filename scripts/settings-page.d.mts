import type { ZodObject } from 'zod';

/** Schemas of what the server and a relay read from their environment. */
export interface SettingsSchemas {
  readonly serverEnvironment: ZodObject;
  readonly relayEnvironment: ZodObject;
}

/**
 * The text of `docs/settings.md`.
 * @throws Error where a variable has no description
 */
export function settingsPage(schemas: SettingsSchemas): string;
