import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, WordSearch } from './word-search.js';

const search = (...words: string[]) => {
  const made = new WordSearch<string>();
  for (const word of words) made.add(word, `<${word}>`);
  return (text: string) => made.replace(text, (of) => of);
};

describe('a search for words', () => {
  it('finds them in whatever letters and whatever they are made of, the longest first', () => {
    const replace = search('jane', 'Jane Smith', 'auth0|7', 'jürgen');
    expect(replace('JANE SMITH, jane-x and auth0|7; JÜRGEN’s')).toBe(
      '<Jane Smith>, <jane>-x and <auth0|7>; <jürgen>’s',
    );
  });

  it('finds none where a letter or a digit stands beside it, unless that is how a sign is written', () => {
    const replace = search('ann');
    expect(replace('anna banner ann1 1ann')).toBe('anna banner ann1 1ann');
    expect(replace(String.raw`a\nann %2Fann \u000aann _ann_`)).toBe(String.raw`a\n<ann> %2F<ann> \u000a<ann> _<ann>_`);
  });

  it('keeps the first of two that are written alike, and none of fewer than three characters', () => {
    expect(search('Bob', 'bob', 'al')('al bob')).toBe('al <Bob>');
  });

  it('leaves no word of a text, and all that is none', () => {
    const word = fc
      .string({ minLength: 3, maxLength: 12 })
      .filter((text) => /^[a-z]/i.test(text) && /[a-z]$/i.test(text));
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 8 }), fc.nat(), (words, which) => {
        const wanted = words[which % words.length] as string;
        const replace = search(...words);
        expect(replace(`1 2 ${wanted} 3 4`)).toMatch(/^1 2 <.*> 3 4$/s);
        expect(replace('1 2 3 4')).toBe('1 2 3 4');
      }),
    );
  });

  it('folds a text into as many characters as it has', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fold(text)).toHaveLength(text.length);
      }),
    );
  });
});
