import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const SRC = new URL('..', import.meta.url);
const sheets = new Map(
  readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.css'))
    .map((file) => [file.replaceAll('\\', '/'), readFileSync(new URL(file, SRC), 'utf8')]),
);
const tokens = new Map(
  [...(sheets.get('kit/tokens.css') ?? '').matchAll(/--([\w-]+):\s*(#[0-9a-f]{3,6});/g)].map(([, name, value]) => [
    name,
    value,
  ]),
);

/** Contrast ratio by WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio. */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const hex = colour.length === 4 ? colour.replace(/[0-9a-f]/g, '$&$&') : colour;
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function colourOf(css: string): string {
  const token = /^var\(--([\w-]+)\)$/.exec(css)?.[1];
  return token === undefined ? css : (tokens.get(token) ?? `no token ${token}`);
}

describe('colours of text', () => {
  const grounds = ['asphalt', 'board', 'rail'];
  const texts = ['ink', 'soft', 'faint', 'best', 'personal', 'slower', 'pit', 'ok', 'warn', 'bad'];

  it.each(texts.flatMap((text) => grounds.map((ground) => [text, ground])))(
    '%s can be read on %s: 4.5 to 1 or better',
    (text, ground) => {
      expect(contrast(tokens.get(text) ?? '', tokens.get(ground) ?? '')).toBeGreaterThanOrEqual(4.5);
    },
  );

  const flags = [
    ...(sheets.get('kit/flag-chip.css') ?? '').matchAll(
      /\.flag\[data-flag="(\w+)"\] \{[^}]*background: ([^;]+);[^}]*[^-]color: ([^;]+);/g,
    ),
  ];

  it('every flag has a chip', () => {
    expect(flags.map(([, flag]) => flag).sort()).toEqual(
      ['black', 'blue', 'checkered', 'green', 'red', 'white', 'yellow'].sort(),
    );
  });

  it.each(flags.map(([, flag, ground, text]) => [flag, ground, text]))(
    'the word on a %s flag can be read',
    (_flag, ground, text) => {
      expect(contrast(colourOf(text ?? ''), colourOf(ground ?? ''))).toBeGreaterThanOrEqual(4.5);
    },
  );
});

it('what is old is greyed by colours that can be read, not by letting the ground through', () => {
  const rule = /\.answered\[data-old\][^{]*\{([^}]*)\}/.exec(sheets.get('console/answered.css') ?? '')?.[1];
  expect(rule).toContain('color: var(--soft)');
  expect(rule).not.toContain('opacity');
});

it('no text is smaller than 11 px', () => {
  const sizes = [...sheets.values()].flatMap((css) => [
    ...[...css.matchAll(/--size-[\w]+:\s*([\d.]+)rem/g)].map(([, rem]) => Number(rem) * 16),
    ...[...css.matchAll(/font-size:\s*([\d.]+)px/g)].map(([, px]) => Number(px)),
  ]);
  expect(sizes.length).toBeGreaterThan(6);
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(11);
});
