import { expect, it } from 'vitest';
import { DelaySteps } from './delay-steps.js';

/** Steps whose calls are answered when the test says. */
function steps() {
  const sent: number[] = [];
  let answer: (isDone: boolean) => void = () => undefined;
  const made = new DelaySteps((delayMs) => {
    sent.push(delayMs);
    return new Promise((resolve) => {
      answer = resolve;
    });
  });
  const step = (byMs: number, told = 10_000) => made.go(made.next(byMs, told));
  const answered = async (isDone = true) => {
    answer(isDone);
    await Promise.resolve();
  };
  return { made, sent, step, answered };
}

it('makes one call at a time, the next one with all the steps that came meanwhile', async () => {
  const { sent, step, answered } = steps();
  step(1_000);
  step(1_000);
  step(1_000);
  expect(sent).toEqual([11_000]);
  await answered();
  expect(sent).toEqual([11_000, 13_000]);
  await answered();
  expect(sent).toEqual([11_000, 13_000]);
});

it('goes on from where its steps lead until the desk was told, then from what it was told', async () => {
  const { made, sent, step, answered } = steps();
  step(1_000);
  made.told();
  await answered();
  step(-100);
  expect(sent).toEqual([11_000, 10_900]);
  await answered();
  made.told();
  expect(made.next(1_000, 30_000)).toBe(31_000);
});

it('forgets what was refused', async () => {
  const { made, sent, step, answered } = steps();
  step(1_000);
  step(1_000);
  await answered(false);
  expect(sent).toEqual([11_000]);
  expect(made.next(1_000, 10_000)).toBe(11_000);
});
