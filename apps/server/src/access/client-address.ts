import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import ipaddr from 'ipaddr.js';

/** An address, or a network in CIDR notation; names such as `loopback` are not taken. */
const NETWORK = /^[0-9a-f:.]{2,45}(?:\/\d{1,3})?$/i;

/** Tells whether an address or a network can be used as one of `TRUSTED_PROXIES`. */
export function isNetwork(text: string): boolean {
  if (!NETWORK.test(text)) return false;
  try {
    proxyAddr.compile([text]);
    return true;
  } catch {
    return false;
  }
}

/** Gives the address that a request comes from; see `clientAddresses`. */
export type AddressOf = (request: IncomingMessage) => string;

/**
 * The one place that says where a request comes from, for HTTP calls and for sockets: the address of its connection. Only
 * where that is one of the trusted proxies (addresses or networks) does `X-Forwarded-For` count, read from the right up to
 * the first address that is not a trusted proxy. Anything else there counts as the connection's own address.
 */
export function clientAddresses(trustedProxies: readonly string[]): AddressOf {
  const isTrusted = proxyAddr.compile([...trustedProxies]);
  return (request) => {
    const direct = request.socket.remoteAddress ?? '';
    if (trustedProxies.length === 0) return direct;
    const said = proxyAddr(request, isTrusted);
    return said !== undefined && ipaddr.isValid(said) ? said : direct;
  };
}

/** The header in which an edge process tells the owner on its machine where a request came from. */
export const EDGE_CLIENT_HEADER = 'x-okboxbox-client';

/**
 * The same for an owner that is reached through its edge processes alone, by a socket that nobody else can open: what they
 * say. A request that none of them has passed on comes from this machine.
 */
export function clientsOfEdges(): AddressOf {
  return ({ headers }) => {
    const said = headers[EDGE_CLIENT_HEADER];
    return typeof said === 'string' && ipaddr.isValid(said) ? said : '127.0.0.1';
  };
}

/**
 * What limits count an address as: an IPv4 address as it is, however it is written, and an IPv6 address by its first 64
 * bits, since one client may use all addresses behind them.
 */
export function limitKeyOf(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${(parsed as ipaddr.IPv6).parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
