import { spawnSync } from 'node:child_process';

/** Whether tests with promtool can be skipped: never in CI, where they must fail instead. */
export const WITHOUT_PROMTOOL = spawnSync('promtool', ['--version']).error !== undefined && process.env.CI !== 'true';

/** Runs promtool (Debian package `prometheus`); gives its exit code and what it said, line by line. */
export function promtool(args: readonly string[], input = ''): { status: number | null; said: string[] } {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  if (error) throw error;
  const said = `${stdout}\n${stderr}`.split('\n').filter((line) => line !== '');
  return { status, said };
}
