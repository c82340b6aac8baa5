import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** The headless shell does without the browser's own windows: a quarter less time. */
const INSTALLED = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => existsSync(path));
const CHROMIUM = process.env.CHROMIUM ?? INSTALLED ?? '/usr/bin/chromium';

/** Whether a browser test can be skipped: never in CI, where it must fail instead. */
export const WITHOUT_CHROMIUM = !existsSync(CHROMIUM) && process.env.CI !== 'true';

/** Starts the system's Chromium, headless and without its own traffic. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * A server that was killed breaks off what it was sending, and cannot be reached for a while: the browser says so, and so
 * it should. An answer that a server did give is none of these.
 */
const BROKEN_LINE =
  /ERR_(CONNECTION_(REFUSED|RESET|CLOSED|ABORTED)|SOCKET_NOT_CONNECTED|CONTENT_LENGTH_MISMATCH|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|INTERNET_DISCONNECTED)|WebSocket connection/;

/** A page with what went wrong on it: errors on its console and uncaught ones. */
export async function openPage(
  browser: Browser,
  size: { readonly width: number; readonly height: number },
): Promise<{ readonly page: Page; readonly problems: string[] }> {
  const page = await browser.newPage({ viewport: size });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !BROKEN_LINE.test(message.text())) {
      problems.push(`${message.text()} (${message.location().url})`);
    }
  });
  return { page, problems };
}
