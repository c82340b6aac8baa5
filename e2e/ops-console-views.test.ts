import { readFileSync } from 'node:fs';
import type { AuditAnswer, OpsSessionsAnswer, OpsSocketsAnswer, Trace } from '@okboxbox/protocol';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { WITHOUT_CHROMIUM } from './browser.js';
import { admin, joined, overflowOf, PHONE, panel, SLOW, url, viewOf, withConsole } from './console.js';
import { getJson } from './okboxbox.js';

withConsole();

describe.skipIf(WITHOUT_CHROMIUM)('the console’s trace', () => {
  it('is started on the session that runs, shown over time, and says of a frame who got it', {
    timeout: 90_000,
  }, async () => {
    await joined('team', 'dashboard', 'live');
    const { page, problems } = await viewOf('trace');
    // Longer than any machine stands still: what is running is seen, and stopped when there is enough of it.
    await page.getByRole('textbox', { name: /^Duration/ }).fill('60');
    await page.getByRole('button', { name: 'Start the trace' }).click();
    await panel(page, /^Trace of/)
      .getByText('Running')
      .waitFor(SLOW);
    const traceId = new URL(page.url()).searchParams.get('id');
    const read = () => getJson<Trace>(`${url}/api/ops/trace/${traceId}`, admin);
    await eventually(async () => expect((await read()).counters.ingest).toBeGreaterThan(20));
    await page.getByRole('button', { name: 'Stop trace' }).click();
    await panel(page, /^Trace of/)
      .getByText('Done')
      .waitFor(SLOW);

    const timeline = page.getByRole('slider', { name: /^Timeline of the trace/ });
    await timeline.focus();
    await page.keyboard.press('.');
    await vi.waitFor(async () => expect(await timeline.getAttribute('aria-valuetext')).toMatch(/^frame \d+$/), SLOW);
    // The newest frame that is known of everybody: the team's page has got it.
    await page.keyboard.press('End');
    await panel(page, /^Who got frame/)
      .first()
      .waitFor();
    await panel(page, 'Between stages').getByText('Ingest → Timeline').waitFor();
    await panel(page, 'Probe').getByText('Timing').first().waitFor();

    const trace = await read();
    await panel(page, 'Counted and kept')
      .getByText(trace.counters.ingest.toLocaleString('en'), { exact: true })
      .first()
      .waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export as JSON' }).click(),
    ]);
    expect((JSON.parse(readFileSync(await download.path(), 'utf8')) as Trace).traceId).toBe(traceId);
    await panel(page, 'Traces').getByRole('button', { name: /Done/ }).waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  it('can be armed by a condition, and stopped before it comes true', { timeout: 60_000 }, async () => {
    const { page, problems } = await viewOf('trace', { size: PHONE });
    await page.getByLabel('Start').selectOption('queueAgeP95Ms');
    await page.getByRole('textbox', { name: /^Limit/ }).fill('100000');
    await page.getByRole('button', { name: 'Arm the trace' }).click();
    await panel(page, /^Trace of/)
      .getByText('waits for queue age p95 above 100000 ms')
      .waitFor();
    await page.getByRole('button', { name: 'Stop trace' }).click();
    await panel(page, /^Trace of/)
      .getByText('Done')
      .waitFor(SLOW);
    expect(await overflowOf(page)).toBe(0);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('begins when its condition comes true, and shows the seconds before it', { timeout: 60_000 }, async () => {
    const { page, problems } = await viewOf('trace');
    await page.getByRole('textbox', { name: /^Duration/ }).fill('5');
    await page.getByLabel('Start').selectOption('lastFrameAgeMs');
    // Longer than a busy machine makes a race wait of itself, and within what is kept.
    await page.getByRole('textbox', { name: /^Limit/ }).fill('6000');
    await page.getByRole('button', { name: 'Arm the trace' }).click();
    await panel(page, /^Trace of/)
      .getByText(/armed/i)
      .first()
      .waitFor(SLOW);
    const traceId = new URL(page.url()).searchParams.get('id');
    const trace = () => getJson<Trace>(`${url}/api/ops/trace/${traceId}`, admin);
    // The race goes on, until its relay is asked for no more.
    await eventually(async () => expect((await trace()).events.length).toBeGreaterThan(0));
    expect((await trace()).state).toBe('armed');
    onTestFinished(() => pauseRelay(false));
    await pauseRelay(true);
    await panel(page, /^Trace of/)
      .getByText(/triggered at/)
      .waitFor(SLOW);
    await panel(page, /^Trace of/)
      .getByText('Done')
      .waitFor(SLOW);
    await panel(page, 'Timeline').getByText('time since the trigger').waitFor();
    const { triggeredAt, events } = await trace();
    expect(events[0]?.at).toBeLessThan(triggeredAt ?? 0);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('says what is wrong with a trace before it asks for it', { timeout: 60_000 }, async () => {
    const { page } = await viewOf('trace');
    await page.getByRole('textbox', { name: /^Duration/ }).fill('4');
    await page.getByRole('button', { name: 'Start the trace' }).click();
    await page.getByRole('alert').getByText('A trace lasts 5 to 300 whole seconds.').waitFor();
    await page.close();
  });
});

describe.skipIf(WITHOUT_CHROMIUM)('the console’s broadcast', () => {
  it('shows an overlay that sits in the live room, and moves it to the broadcast room', {
    timeout: 60_000,
  }, async () => {
    const overlay = await joined('team', 'overlay', 'live');
    const { page, problems } = await viewOf('broadcast');
    const live = panel(page, 'Overlays in the live room');
    await live.getByRole('listitem').waitFor();
    await live.getByRole('button', { name: 'Move to broadcast' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/Moves the connection/).waitFor();
    await dialog.getByRole('button', { name: 'Move to broadcast' }).click();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await live.getByText('None: every overlay').waitFor(SLOW);
    const { sockets: now } = await getJson<OpsSocketsAnswer>(`${url}/api/ops/sockets?role=overlay`, admin);
    const moved = now.find(({ socketId }) => socketId === overlay.id);
    expect(moved?.joinedRooms.some((room) => room.startsWith('broadcast:session:'))).toBe(true);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('says what is set, what is measured and what a director has done', { timeout: 60_000 }, async () => {
    const director = await joined('director', 'director', 'live');
    const { page, problems } = await viewOf('broadcast');
    await panel(page, 'Show local').getByText('no delay is set').waitFor();
    expect(await director.emitWithAck('broadcast:delay:set', { show: 'local', delayMs: 2_000 })).toMatchObject({
      ok: true,
    });
    await panel(page, 'Show local')
      .getByText(/until it is 2 s behind|Viewers are 2 s behind/)
      .waitFor(SLOW);
    await panel(page, 'Recent actions on this show').getByText('broadcast:delay:set').waitFor(SLOW);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('offers no act to who may only look', { timeout: 60_000 }, async () => {
    await joined('team', 'overlay', 'live');
    const { page } = await viewOf('broadcast', { role: 'ops' });
    const move = panel(page, 'Overlays in the live room').getByRole('button', { name: 'Move to broadcast' });
    await move.first().waitFor();
    expect(await move.first().isDisabled()).toBe(true);
    await page.close();
  });
});

describe.skipIf(WITHOUT_CHROMIUM)('the console’s database, audit and findings', () => {
  it('the database says how its pool does and what was asked of it', { timeout: 60_000 }, async () => {
    const { page, problems } = await viewOf('database');
    await panel(page, 'Pool')
      .getByText(/of 1 connections|1 at most/)
      .first()
      .waitFor();
    await panel(page, 'Statements').getByRole('row').nth(1).waitFor(SLOW);
    await panel(page, 'Waiting to be stored').getByText('laps').waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  it('the audit lists who did what, as the call answers it, and finds what is typed', { timeout: 60_000 }, async () => {
    const { page, problems } = await viewOf('audit');
    const { entries } = await getJson<AuditAnswer>(`${url}/api/ops/audit`, admin);
    const rows = page.getByRole('table').getByRole('row');
    await vi.waitFor(async () => expect(await rows.count()).toBeGreaterThan(entries.length), SLOW);
    await page.keyboard.press('/');
    await page.keyboard.type('socket.move');
    await vi.waitFor(async () => expect(await rows.count()).toBe(2), SLOW);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('findings say what was looked at', { timeout: 60_000 }, async () => {
    const { page, problems } = await viewOf('findings', { size: PHONE });
    await panel(page, 'Checked, no problem').getByRole('listitem').first().waitFor(SLOW);
    expect(await overflowOf(page)).toBe(0);
    expect(problems).toEqual([]);
    await page.close();
  });
});

/** Asks the race's relay for no frames, or for frames again. */
async function pauseRelay(paused: boolean): Promise<void> {
  const { sessions } = await getJson<OpsSessionsAnswer>(`${url}/api/ops/sessions`, admin);
  const relayId = sessions[0]?.relays[0]?.relayId;
  const answer = await fetch(`${url}/api/ops/relays/${relayId}/pause`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ paused }),
  });
  expect(answer.status).toBe(200);
}
