import { expect, it } from 'vitest';
import { failureOf, isAway } from './database-failure.js';
import { PoolUsedUp } from './pool-used-up.js';

const of = (message: string, code?: string) => Object.assign(new Error(message), code !== undefined && { code });

it.each([
  ['53300', 'too many connections for role "box"', 'too_many_connections'],
  ['53100', 'could not extend file "base/1/2": No space left on device', 'disk_full'],
  ['55P03', 'canceling statement due to lock timeout', 'locked'],
  ['57014', 'canceling statement due to statement timeout', 'statement'],
  ['57P01', 'terminating connection due to administrator command', 'restarting'],
  ['57P03', 'the database system is starting up', 'restarting'],
  ['28P01', 'password authentication failed for user "box"', 'sign_in_refused'],
  ['28000', 'role "box" is not permitted to log in', 'sign_in_refused'],
  ['3D000', 'database "box" does not exist', 'sign_in_refused'],
  ['P0001', 'not tonight', 'statement'],
  ['23505', 'duplicate key value violates unique constraint "laps_pkey"', 'statement'],
  ['42501', 'permission denied for table laps', 'statement'],
  ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5432', 'unreachable'],
  ['ENOENT', 'connect ENOENT /data/socket/.s.PGSQL.5432', 'unreachable'],
  ['ENOTFOUND', 'getaddrinfo ENOTFOUND db.example', 'unreachable'],
  ['ECONNRESET', 'read ECONNRESET', 'unreachable'],
])('%s is sorted with its own words: %s', (code, message, kind) => {
  expect(failureOf(of(message, code))).toEqual({ kind, code, message });
});

it.each([
  ['Query read timeout', 'not_answering'],
  ['timeout expired', 'not_answering'],
  ['timeout exceeded when trying to connect', 'not_answering'],
  ['Connection terminated due to connection timeout', 'not_answering'],
  ['Connection terminated unexpectedly', 'unreachable'],
  ['Client has encountered a connection error and is not queryable', 'unreachable'],
  ['SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string', 'sign_in_refused'],
  ['The server does not support SSL connections', 'sign_in_refused'],
])('an error without a code is sorted by its words: %s', (message, kind) => {
  expect(failureOf(of(message)).kind).toBe(kind);
});

it('an error of this program is an error of the statement', () => {
  expect(failureOf(new TypeError('x is not a function')).kind).toBe('statement');
});

it('a message keeps names of tables and constraints, and loses values', () => {
  expect(failureOf(of('invalid input syntax for type integer: "Ann Example"', '22P02')).message).toBe(
    'invalid input syntax for type integer: "…"',
  );
  expect(failureOf(of("driver 'Ann Example' is banned", 'P0001')).message).toBe('driver "…" is banned');
});

it('the database is away where it cannot be used at all, and not where it refuses or delays a statement', () => {
  const away = [of('x', 'ECONNREFUSED'), of('x', '28P01'), of('x', '57P03'), of('timeout expired')];
  expect(away.map(isAway)).toEqual([true, true, true, true]);
  const there = [
    of('x', '53100'),
    of('x', '53300'),
    of('x', 'P0001'),
    of('Query read timeout'),
    new PoolUsedUp(2, 5_000),
  ];
  expect(there.map(isAway)).toEqual([false, false, false, false, false]);
});
