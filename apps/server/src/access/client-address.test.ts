import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientAddresses, isNetwork, limitKeyOf } from './client-address.js';

const request = (remoteAddress: string, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    connection: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;

describe('where a request comes from', () => {
  it('is the address of its connection, whatever it says of itself, unless a proxy is trusted', () => {
    const addressOf = clientAddresses([]);
    fc.assert(
      fc.property(fc.string(), (forwarded) => {
        expect(addressOf(request('192.0.2.7', forwarded))).toBe('192.0.2.7');
        expect(clientAddresses(['10.0.0.0/8'])(request('192.0.2.7', forwarded))).toBe('192.0.2.7');
      }),
    );
  });

  it('is what a trusted proxy says, and nothing that stands before it', () => {
    const addressOf = clientAddresses(['127.0.0.1', '10.0.0.0/8', '2001:db8::/32']);
    expect(addressOf(request('127.0.0.1', '203.0.113.9'))).toBe('203.0.113.9');
    expect(addressOf(request('::ffff:127.0.0.1', '203.0.113.9'))).toBe('203.0.113.9');
    expect(addressOf(request('2001:db8::1', '2001:db9::5'))).toBe('2001:db9::5');
    expect(addressOf(request('10.1.2.3', '1.1.1.1, 203.0.113.9, 10.9.9.9'))).toBe('203.0.113.9');
    expect(addressOf(request('127.0.0.1'))).toBe('127.0.0.1');
  });

  it('is the proxy itself where what it says is not an address', () => {
    const addressOf = clientAddresses(['127.0.0.1']);
    for (const said of ['unknown', '', 'x'.repeat(5_000), '<script>', '203.0.113.9, _hidden'])
      expect(addressOf(request('127.0.0.1', said))).toBe('127.0.0.1');
  });

  it('can be trusted of addresses and networks, not of names', () => {
    expect(['127.0.0.1', '10.0.0.0/8', '::1', 'fc00::/7'].map(isNetwork)).toEqual([true, true, true, true]);
    for (const wrong of ['loopback', '*', '', '10.0.0.0/99', '300.1.1.1', 'proxy.example', '10.0.0.0/8/8'])
      expect([wrong, isNetwork(wrong)]).toEqual([wrong, false]);
  });
});

describe('what limits count', () => {
  it('is an IPv4 address however it is written, and the network of an IPv6 address', () => {
    expect(limitKeyOf('::ffff:192.0.2.7')).toBe(limitKeyOf('192.0.2.7'));
    expect(limitKeyOf('2001:db8:1:2:3:4:5:6')).toBe(limitKeyOf('2001:db8:1:2:ffff::1'));
    expect(limitKeyOf('2001:db8:1:2::1')).not.toBe(limitKeyOf('2001:db8:1:3::1'));
    expect(limitKeyOf('')).toBe('unknown');
  });
});
