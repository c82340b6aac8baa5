import { opsSnapshot } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { freeTextsIn } from './free-text-fields.js';
import { FreeTexts, LEFT_OUT } from './free-texts.js';
import { Pseudonyms } from './pseudonyms.js';
import { Redaction } from './redaction.js';

describe('free text in a pack', () => {
  it('is left out, counted and listed, as long as nobody has chosen it', () => {
    const texts = new FreeTexts();
    const redaction = new Redaction(new Pseudonyms(), texts);
    expect(redaction.freeText('Anna is on the phone', 'reason of an action')).toBe(LEFT_OUT);
    expect(redaction.freeText('Anna is on the phone', 'reason of a pause')).toBe(LEFT_OUT);
    expect(redaction.freeText('', 'reason of a pause')).toBe('');
    expect(texts.counts).toEqual({ included: 0, leftOut: 1 });
    expect(redaction.byRule).toEqual({ free_text: 2 });
    expect(texts.list()[0]?.from).toEqual(['reason of an action', 'reason of a pause']);
  });

  it('is in where it was chosen by its key, as it was listed, and no other one', () => {
    const listed = new FreeTexts(true);
    const listing = new Redaction(new Pseudonyms(), listed);
    listing.freeText('rain, pw: hunter2', 'reason of a pause');
    listing.freeText('Anna', 'reason of an action');
    const [first] = listed.list();
    expect(first?.text).toBe('rain, pw [removed]');
    const chosen = new FreeTexts([first?.key ?? '']);
    const redaction = new Redaction(new Pseudonyms(), chosen);
    expect(redaction.freeText('rain, pw: hunter2', 'reason of a pause')).toBe('rain, pw [removed]');
    expect(redaction.freeText('Anna', 'reason of an action')).toBe(LEFT_OUT);
    expect(chosen.counts).toEqual({ included: 1, leftOut: 1 });
  });

  it('is the same text also where it was cleaned before', () => {
    const texts = new FreeTexts(true);
    const cleaned = texts.take('rain, pw: hunter2', 'reason of a pause') ?? '';
    expect(new Redaction(new Pseudonyms(), texts).freeText(cleaned, 'reason of a pause')).toBe('rain, pw [removed]');
    expect(texts.counts).toEqual({ included: 1, leftOut: 0 });
  });

  it('is found in a snapshot wherever it is declared, and nothing else of it is changed', () => {
    const snapshot = {
      at: 1,
      relays: {
        away: [
          { relayId: 'a', message: 'bye from Anna' },
          { relayId: 'b', message: null },
        ],
      },
      sessions: [{ sessionId: 's', relays: [{ relayId: 'a', pausedBecause: 'Anna asked', version: '1' }] }],
      audit: [{ id: 1, detail: { because: 'Anna said', unknown: 'x' } }],
      unknown: [1],
    };
    const replaced = freeTextsIn(opsSnapshot)?.(snapshot, (_, from) => `(${from})`);
    expect(replaced).toEqual({
      at: 1,
      relays: {
        away: [
          { relayId: 'a', message: '(last message of a relay)' },
          { relayId: 'b', message: null },
        ],
      },
      sessions: [{ sessionId: 's', relays: [{ relayId: 'a', pausedBecause: '(reason of a pause)', version: '1' }] }],
      audit: [{ id: 1, detail: { because: '(reason of an action)', unknown: 'x' } }],
      unknown: [1],
    });
  });
});
