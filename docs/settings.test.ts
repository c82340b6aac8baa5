import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { relayEnvironment } from '../apps/relay/src/config.js';
import { serverEnvironment } from '../apps/server/src/config.js';
import { settingsPage } from '../scripts/settings-page.mjs';

describe('docs/settings.md', () => {
  it('is what the schemas say: else run "npm run generate"', () => {
    const page = readFileSync(new URL('./settings.md', import.meta.url), 'utf8');
    expect(page).toBe(settingsPage({ serverEnvironment, relayEnvironment }));
  });

  it('refuses a variable without a description', () => {
    const withNew = serverEnvironment.extend({ NEW_ONE: z.string().optional() });
    expect(() => settingsPage({ serverEnvironment: withNew, relayEnvironment })).toThrow(/NEW_ONE has no description/);
  });
});
