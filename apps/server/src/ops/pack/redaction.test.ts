import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CANARY_KINDS, canary, findings, letters } from '../../testing/canaries.js';
import { Pseudonyms } from './pseudonyms.js';
import { Redaction } from './redaction.js';

const redaction = () => new Redaction(new Pseudonyms());
/** What stands around something in a text. */
const around = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.lorem({ maxCount: 8 }),
  fc.constantFrom(
    '',
    ' ',
    '"',
    '{"message":"',
    '(',
    '[',
    '<',
    "'",
    '…',
    '\n',
    '\\n',
    'at ',
    ': ',
    '=',
    '/',
    '&x=',
    'é',
  ),
);
const planted = fc.constantFrom(...CANARY_KINDS).map((kind) => canary(kind));

describe('free text in a pack', () => {
  it('never holds a secret, an address or eight characters of it, whatever stands around it', () => {
    fc.assert(
      fc.property(planted, around, around, (found, before, after) => {
        const safe = redaction().text(`${before} ${found.text} ${after}`);
        expect(findings(found, safe)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never holds one that is glued to what stands around it', () => {
    const glue = fc.constantFrom('"', '(', '[', '<', "'", '…', '\n', '=', '/', ':', ',', ';', '{', '}', '|', '&');
    fc.assert(
      fc.property(planted, around, glue, glue, around, (found, before, left, right, after) => {
        const safe = redaction().text(`${before}${left}${found.text}${right}${after}`);
        expect(findings(found, safe)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never holds what is left of one where it was cut', () => {
    fc.assert(
      fc.property(planted, fc.oneof(fc.nat(8_200), fc.integer({ min: 200, max: 300 })), (found, padding) => {
        const text = `${'word '.repeat(Math.floor(padding / 5))}${found.text} ${'word '.repeat(400)}`;
        const safe = redaction().text(text);
        expect(findings(found, safe)).toEqual([]);
        expect(safe.length).toBeLessThanOrEqual(300);
      }),
      { numRuns: 300 },
    );
  });

  it('never holds half of a word that it was cut in, however long that is', () => {
    const blob = Array.from({ length: 400 }, (_, n) => `a${n}/b`).join('.');
    expect(redaction().text(`it said ${blob}`, 200)).toBe('it said…');
  });

  it('never holds an id that has been met, nor a session’s that has not', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9_|.@ -]{3,30}$/).filter((id) => id.trim() === id && /[0-9]/.test(id));
    fc.assert(
      fc.property(word, fc.lorem({ maxCount: 5 }), fc.lorem({ maxCount: 5 }), (id, before, after) => {
        const pseudonyms = new Pseudonyms();
        const pseudonym = pseudonyms.of('user', id);
        const safe = new Redaction(pseudonyms).text(`${before} "${id}" ${after}`);
        expect(safe).not.toContain(`"${id}"`);
        if (/^[\w.-]{3,15}$/.test(id)) expect(safe).toContain(pseudonym);
        const sessionId = `sess_${letters(16)}`;
        const text = new Redaction(pseudonyms).text(`session:${sessionId} ${after}`);
        expect(text).toContain(`session:${pseudonyms.of('sess', sessionId)}`);
      }),
    );
  });

  it('knows a session’s id from a token, also with the letters of one in its middle', () => {
    const pseudonyms = new Pseudonyms();
    const text = new Redaction(pseudonyms).text('sess_AbCdeyJhIjKlMnOp. It is over.');
    expect(text).toBe(`${pseudonyms.of('sess', 'sess_AbCdeyJhIjKlMnOp')}. It is over.`);
  });

  it.each([
    'user:john.smith went',
    '/data/john.smith/x',
    'JOHN.SMITH',
    'john.smith’s',
    '“john.smith”',
    String.raw`a\njohn.smith`,
    'x%2Fjohn.smith',
  ])('finds an id however it is written: %s', (text) => {
    const pseudonyms = new Pseudonyms();
    const id = pseudonyms.of('user', 'john.smith');
    expect(new Redaction(pseudonyms).text(text)).toMatch(new RegExp(id));
    expect(new Redaction(pseudonyms).text(text)).not.toMatch(/john/i);
  });

  it('is not made worse by what somebody calls himself', () => {
    const pseudonyms = new Pseudonyms();
    for (const surface of ['Users', 'password', 'Bearer', '203', 'removed']) pseudonyms.meet('surface', surface);
    for (const relay of ['home', 'secret', '113', 'email']) pseudonyms.meet('relay', relay);
    const text =
      'password=hunter2 "secret":"hunter3" Bearer abcdefgh /Users/alice/x.ibt /home/bob/x 203.0.113.94 a@email.example [removed]';
    expect(new Redaction(pseudonyms).text(text)).toBe(
      'password=[removed] "secret":[removed] Bearer [removed] /Users/[removed]/x.ibt /relay_X/[removed]/x [address] [e-mail] [removed]'
        .replace('relay_X', pseudonyms.of('relay', 'home'))
        .replace('"secret"', `"${pseudonyms.of('relay', 'secret')}"`),
    );
  });

  it('finds the names of thousands, with a space in them or without', () => {
    const pseudonyms = new Pseudonyms();
    for (let i = 0; i < 5_000; i++) pseudonyms.meet('user', `Jane Smith ${i}`);
    const made = new Redaction(pseudonyms);
    expect(made.text('cannot write for Jane Smith 4321, nor Jane Smith 17')).not.toContain('Jane');
  });

  it.each([
    [String.raw`{\"password\":\"hunter2\"}`, 'hunter2'],
    [String.raw`{"password":"ab\"cdefgh"}`, 'cdefgh'],
    ['Cookie: a=b; sid=Abc123xyz', 'Abc123xyz'],
    ['Authorization: Token abc123xyz', 'abc123xyz'],
    ['authorization: Digest username="bobsmith", response="0a4f113b"', '0a4f113b'],
    ['password=ab)cdefgh', 'cdefgh'],
    ['passphrase=hunter2', 'hunter2'],
    ['pass=hunter2', 'hunter2'],
    ['private_key=hunter2', 'hunter2'],
    ['password_hash: hunter2', 'hunter2'],
    ['password => hunter2', 'hunter2'],
    ['password%3Dhunter2', 'hunter2'],
    ['--db-password hunter2', 'hunter2'],
    ['<password>hunter2</password>', 'hunter2'],
    ['pass\u200bword=hunter2', 'hunter2'],
    [String.raw`Bearer\u0020hunter2hunter2`, 'hunter2'],
    ['"bob.smith"@example.com', 'bob'],
    ['bob.smith(x)@example.com', 'bob'],
    ['bob.smith＠example.com', 'bob'],
    [String.raw`bob.smith\u0040example.com`, 'bob'],
    ['bob.smith&#64;example.com', 'bob'],
    ['bob.smith%2540example.com', 'bob'],
    ['bob.smith @example.com', 'bob'],
    ["o'brien@example.com", 'brien'],
    [`${'bob.smith'.repeat(12)}@example.com`, 'bob'],
    ['connect 203.0.113.9: refused', '203.0'],
    ['203.0.113.9:50412: reset', '203.0'],
    ['203.0.113.9...', '203.0'],
    ['peer_203.0.113.9', '203.0'],
    ['203.000.113.009', '113.009'],
    ['203%2E0%2E113%2E9', '113'],
    ['ip-203-0-113-9', '203'],
    ['2001:db8::8a2e:370:7334: reset', '8a2e'],
    ['session%3Asess_AbCdEfGhIjKlMnOp', 'sess_AbCdEf'],
    [String.raw`no\nsess_AbCdEfGhIjKlMnOp`, 'sess_AbCdEf'],
    ['XkqPzWvJtRnBmLsHdYfGcQaE', 'XkqPz'],
    ['FVCOMprAcGNoL2OUeyARzfT245', 'FVCOMprA'],
    [String.raw`C:\Users\Bob Smith\x.ibt`, 'Smith'],
    [String.raw`C:\\Users\\bobsmith\\x.ibt`, 'bobsmith'],
    ['%2Fhome%2Falice', 'alice'],
    ['~alice/races', 'alice'],
    [
      '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n\nMIIEabcdefgHIJ\n-----END RSA PRIVATE KEY-----',
      'MIIE',
    ],
    ['eyAiYWxnIjoiSFMyNTYifQ.eyJzdWIiOiJhZG1pbiJ9.abcdefghijklmnopqrstuvwx', 'abcdefgh'],
    ['/L/AbCdEf12', 'AbCdEf12'],
    ['%2Fl%2FAbCdEf12', 'AbCdEf12'],
  ])('is found as it is written: %s', (text, secret) => {
    const made = redaction();
    const safe = made.text(`before ${text} after`);
    expect(safe).not.toContain(secret);
    expect(made.text(safe)).toBe(safe);
  });

  it('keeps what is said in words, numbers, names of variables, rooms, versions and times', () => {
    for (const text of [
      'Relay rejected: "seq" cannot be used: Invalid input at 2026-11-24T23:27:39.123Z.',
      'connect ECONNREFUSED 127.0.0.1:5432',
      'Set DATABASE_POOL_MAX=20 and restart; version 1.20.3 of the protocol is 2.',
      'okboxbox token --role relay --show local --ttl 8h',
      'broadcast:session: is the room; RELAY_KILL_SWITCH=0 lets it go on (12,345 frames, 99.5 %).',
      'write-behind is late: insert into session_events took 5021 ms',
    ]) {
      expect(redaction().text(text)).toBe(text);
    }
  });

  it('has neither addresses of machines nor names of users’ folders', () => {
    const text = 'from 192.168.17.4:50412 and 2001:db8::8a2e:370:7334 in /home/alice/races and C:\\Users\\bob\\x';
    expect(redaction().text(text)).toBe(
      'from [address]:50412 and [address] in /home/[removed]/races and C:\\Users\\[removed]\\x',
    );
  });

  it('counts what was taken out, by rule, and once', () => {
    const made = redaction();
    const once = made.text('ask bob@example.com or ann@example.com, password=hunter2, Bearer abcdefgh');
    expect(made.byRule).toEqual({ credentials: 1, email: 2, secret: 1 });
    const again = redaction();
    expect(again.text(once)).toBe(once);
    expect(again.byRule).toEqual({ removed_earlier: 4 });
  });
});
