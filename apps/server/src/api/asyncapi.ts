import { clockPong, ERROR_CODES, handshakeAuth, RELAY_NAMESPACE } from '@okboxbox/protocol';
import type { SocketCall } from '../sockets/calls.js';
import type { MessageName } from '../sockets/messages.js';
import { SENT_EVENTS, type SentEvent } from '../sockets/sent-events.js';
import { SOCKET_CALLS } from './calls.js';
import { API_VERSION, inputSchema } from './openapi.js';
import { schemasFor } from './schemas.js';

const CHANNELS = {
  viewers: { address: '/', description: 'The namespace of viewers and directors.' },
  relays: { address: RELAY_NAMESPACE, description: 'The namespace of relays. The handshake needs `relay:publish`.' },
} as const;
type ChannelName = keyof typeof CHANNELS;

const HANDSHAKE =
  'Socket.IO 4. The handshake is `auth: { token?, link?, clientKind?, surface? }`; a refused one ends in `connect_error` ' +
  'with `data: { code, message, capability?, retryAfterMs? }`. Each call is acknowledged with `{ ok: true, … }` or ' +
  '`{ ok: false, error: { code, message, capability?, retryAfterMs? } }`. Readers must accept fields that are not named here.';

/** The AsyncAPI 3.0 document of all socket events, as the server sees them: it receives calls and sends events. */
export function asyncApi(): object {
  const channels = Object.fromEntries(names.map((name) => [name, channelOf(name)]));
  const operations = Object.fromEntries(
    names.flatMap((name) => [
      ...SOCKET_CALLS[name].map((call) => [`${name}.${keyOf(call.event)}`, received(name, call)]),
      ...SENT_EVENTS[name].map((sent) => [`${name}.${keyOf(sent.event)}`, sending(name, sent)]),
    ]),
  );
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Ok, Box Box: sockets',
      version: API_VERSION,
      description: `${HANDSHAKE}\n\nError codes: ${errorCodes()}.`,
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      local: {
        host: '127.0.0.1:3001',
        protocol: 'socket.io',
        protocolVersion: '4',
        pathname: '/socket.io/',
        description: 'The usual address; `PUBLIC_URL` where it is set.',
        security: [{ $ref: '#/components/securitySchemes/bearer' }, { $ref: '#/components/securitySchemes/link' }],
      },
    },
    channels,
    operations,
    components: {
      schemas: { Handshake: inputSchema(handshakeAuth, 'draft-7'), ...schemasFor(JSON.stringify(channels)) },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A token: `auth.token`.' },
        link: { type: 'apiKey', in: 'user', description: 'The code of a share link: `auth.link`.' },
      },
    },
  };
}

const names = Object.keys(CHANNELS) as ChannelName[];

function errorCodes(): string {
  return Object.entries(ERROR_CODES)
    .map(([code, { meaning }]) => `\`${code}\`: ${meaning}`)
    .join('; ');
}

/** Names of messages and operations may have no colon. */
function keyOf(event: string): string {
  return event.replaceAll(':', '.');
}

function schemaRef(name: MessageName): object {
  return { $ref: `#/components/schemas/${name}` };
}

function channelOf(name: ChannelName): object {
  const messages: Record<string, object> = {};
  for (const { event, about, input, answer } of SOCKET_CALLS[name]) {
    messages[keyOf(event)] = { name: event, summary: about, payload: inputSchema(input, 'draft-7') };
    messages[`${keyOf(event)}.answer`] = {
      name: event,
      summary: `Acknowledges ${event}.`,
      payload: acknowledgement(answer),
    };
  }
  for (const { event, about, messages: carried, isAsked } of SENT_EVENTS[name]) {
    const payload = carried.length === 1 ? schemaRef(carried[0] as MessageName) : { anyOf: carried.map(schemaRef) };
    messages[keyOf(event)] = { name: event, summary: about, payload };
    if (!isAsked) continue;
    const pong = inputSchema(clockPong, 'draft-7');
    messages[`${keyOf(event)}.answer`] = { name: event, summary: `Acknowledges ${event}.`, payload: pong };
  }
  return { ...CHANNELS[name], servers: [{ $ref: '#/servers/local' }], messages };
}

/** What the server answers a call with. */
function acknowledgement(answer: MessageName): object {
  const ok = { type: 'object', properties: { ok: { const: true } }, required: ['ok'] };
  return { anyOf: [{ allOf: [ok, schemaRef(answer)] }, schemaRef('Refusal')] };
}

function received(name: ChannelName, { event, about, right }: SocketCall): object {
  const needs = right === null ? 'Right: none.' : `Right: \`${right}\`.`;
  return { action: 'receive', ...described(name, event, `${about} ${needs}`), reply: replyOf(name, event) };
}

function sending(name: ChannelName, { event, about, isAsked }: SentEvent): object {
  return { action: 'send', ...described(name, event, about), ...(isAsked && { reply: replyOf(name, event) }) };
}

function described(name: ChannelName, event: string, description: string): object {
  return {
    title: event,
    description,
    channel: { $ref: `#/channels/${name}` },
    messages: [{ $ref: `#/channels/${name}/messages/${keyOf(event)}` }],
  };
}

function replyOf(name: ChannelName, event: string): object {
  return {
    channel: { $ref: `#/channels/${name}` },
    messages: [{ $ref: `#/channels/${name}/messages/${keyOf(event)}.answer` }],
  };
}
