import { describe, expect, it } from 'vitest';
import { ChurnWatch } from './churn.js';

const crew = { role: 'dashboard', surface: 'pit-wall', user: 'crew-7', isStranger: false };
const stranger = { role: 'public', surface: null, user: null, isStranger: true };

describe('who comes and goes', () => {
  it('is counted for ten seconds, by the code of its reason', () => {
    const churn = new ChurnWatch();
    churn.add('connects', crew, 'a', 1_000);
    churn.gone('client_left', crew, 'a', 3_000);
    churn.gone('silent', crew, 'b', 5_000);
    expect(churn.look(9_999)).toMatchObject({
      connects: 1,
      disconnects: 2,
      byCode: { client_left: 1, silent: 1 },
    });
    expect(churn.look(10_000)).toMatchObject({ connects: 0, disconnects: 2 });
    expect(churn.look(60_000)).toMatchObject({ connects: 0, disconnects: 0, byCode: {}, busiest: [] });
  });

  it('is named, the busiest first, with its newest sockets, and strangers by themselves', () => {
    const churn = new ChurnWatch();
    for (let i = 0; i < 40; i++) churn.add(i % 2 === 0 ? 'joins' : 'leaves', crew, `s${i % 8}`, 2_000 + i);
    churn.add('connects', stranger, 'x', 4_000);
    churn.add('joins', stranger, 'x', 4_000);
    const { busiest, joins, leaves, ofStrangers } = churn.look(4_500);
    expect({ joins, leaves }).toEqual({ joins: 21, leaves: 20 });
    expect(ofStrangers).toEqual({ connects: 1, disconnects: 0, joins: 1, leaves: 0 });
    expect(busiest).toMatchObject([
      { role: 'dashboard', surface: 'pit-wall', user: 'crew-7', joins: 20, leaves: 20, connects: 0 },
      { role: 'public', user: null, isOfStrangers: true, connects: 1, joins: 1 },
    ]);
    expect(busiest?.[0]?.socketIds).toHaveLength(5);
    expect(busiest?.[0]).not.toHaveProperty('isOfStrangers');
  });

  it('of a flood from everywhere is counted, and no more than a few hundred are told apart', () => {
    const churn = new ChurnWatch();
    for (let i = 0; i < 5_000; i++) churn.add('connects', { ...stranger, surface: `made-up-${i}` }, `s${i}`, 2_000);
    expect(churn.look(2_000).connects).toBe(5_000);
    expect(churn.look(2_000).busiest).toHaveLength(3);
  });
});
