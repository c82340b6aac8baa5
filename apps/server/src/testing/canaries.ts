import { createHmac, randomBytes } from 'node:crypto';

/** Kinds of what must not be in a support pack, each as it looks in the world. */
export const CANARY_KINDS = [
  'jwt',
  'apiKey',
  'awsKey',
  'pem',
  'email',
  'urlPassword',
  'assigned',
  'bearer',
  'random',
] as const;
export type CanaryKind = (typeof CANARY_KINDS)[number];

/** Something that was planted: the text, and the part of it that nobody may find again. */
export interface Canary {
  readonly where: string;
  readonly text: string;
  readonly secret: string;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Random letters and digits. */
export function letters(count: number, of = LETTERS): string {
  return Array.from(randomBytes(count), (byte) => of[byte % of.length]).join('');
}

/** A canary of a kind. */
export function canary(kind: CanaryKind, where = kind as string): Canary {
  const made = make(kind);
  return { where, ...made };
}

function make(kind: CanaryKind): { text: string; secret: string } {
  const secret = letters(24);
  switch (kind) {
    case 'jwt': {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const head = `${part({ alg: 'HS256' })}.${part({ sub: secret, role: 'admin' })}`;
      const token = `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
      return { text: token, secret: token };
    }
    case 'apiKey':
      return { text: `sk_live_${secret}`, secret };
    case 'awsKey':
      return { text: `AKIA${letters(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`, secret: '' };
    case 'pem': {
      const lines = Array.from({ length: 4 }, () => randomBytes(48).toString('base64'));
      const text = `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----`;
      return { text, secret: lines.join('\n') };
    }
    case 'email': {
      const who = `${letters(9).toLowerCase()}.${letters(9).toLowerCase()}`;
      return { text: `${who}@example.com`, secret: who };
    }
    case 'urlPassword':
      return { text: `postgresql://okboxbox:${secret}@127.0.0.1:5432/races`, secret };
    case 'assigned':
      return { text: `password=${secret}`, secret };
    case 'bearer':
      return { text: `Bearer ${secret}`, secret };
    case 'random':
      return { text: `${secret}${letters(2, '23456789')}`, secret };
    default:
      return kind satisfies never;
  }
}

/** Shortest piece of a secret that counts as found, in characters. */
const PIECE = 8;

/**
 * Where a secret, or any eight characters of it in a row, stands in a text: as it is, in base64 of either alphabet wherever
 * it begins in what was encoded, in hexadecimal digits, or as in an address. Empty where it is nowhere.
 */
export function findings({ text, secret }: Pick<Canary, 'text' | 'secret'>, within: string): string[] {
  const value = secret === '' ? text : secret;
  const found: string[] = [];
  for (let at = 0; at + PIECE <= value.length; at++) {
    const piece = value.slice(at, at + PIECE);
    if (within.includes(piece)) found.push(`as it is: ${piece}`);
    const inUrl = encodeURIComponent(piece);
    if (inUrl !== piece && within.includes(inUrl)) found.push(`as in an address: ${inUrl}`);
    if (within.toLowerCase().includes(Buffer.from(piece).toString('hex'))) found.push(`in hexadecimal: ${piece}`);
  }
  const middle = Math.floor(value.length / 2);
  for (const part of [value, value.slice(0, middle), value.slice(middle)]) {
    for (let shift = 0; shift < 3; shift++) {
      // Digits that hang on what stands beside it are left out at both ends.
      const whole = Buffer.from('\0'.repeat(shift) + part)
        .toString('base64')
        .replace(/=+$/, '');
      const certain = whole.slice(shift === 0 ? 0 : shift + 1, -1);
      for (const form of [certain, certain.replaceAll('+', '-').replaceAll('/', '_')]) {
        if (form.length >= PIECE && within.includes(form)) found.push(`in base64: ${form}`);
      }
    }
  }
  return found;
}
