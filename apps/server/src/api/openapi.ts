import { CAPABILITIES, type Capability } from '@okboxbox/protocol';
import { z } from 'zod';
import type { Call, CallGroup, Right } from '../edge/http/call.js';
import { CALLS } from './calls.js';
import { schemasFor } from './schemas.js';

/** Version of the HTTP and socket interface, beside the program's: it grows when a caller has to change something. */
export const API_VERSION = '1';

const GROUPS: Readonly<Record<CallGroup, string>> = {
  Server: 'Health, sign-in, tokens and these documents.',
  Sessions: 'Sessions in real time and of the past. Without `session:live` use the group Public.',
  Public: 'What a published show shows everyone: delayed, and only public fields.',
  Shows: 'Actions of directors over HTTP, for Stream Deck, Companion and scripts.',
  Operations: 'The state of the server, and actions on it.',
  Diagnostics: 'Figures to compare with those of a relay.',
  Drills: 'Makes faults on purpose. Never in production.',
};

const REFUSALS = {
  400: 'A value cannot be used; `detail` names it.',
  401: 'No token, or one that is not accepted.',
  403: 'The right is missing; `capability` names it.',
  404: 'There is no such session or show, or it is not published.',
  409: 'It cannot be done in the present state.',
  429: 'Too many calls. `Retry-After` says how long to wait, in seconds.',
  500: 'The call failed on the server; the log of the server says why.',
  503: 'Not ready. Try again later.',
} as const;
type Status = keyof typeof REFUSALS;

/** The OpenAPI 3.1 document of all HTTP calls, those of surfaces that are switched off included. */
export function openApi(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const call of CALLS) {
    const path = call.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [call.method.toLowerCase()]: operation(call) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Ok, Box Box: HTTP',
      version: API_VERSION,
      description:
        'Live timing, broadcast and operations of a sim racing server. JSON in UTF-8. Times are milliseconds since the epoch ' +
        'unless the name says otherwise; durations end in `Ms`. What is not known is `null`. Readers must accept fields that ' +
        'are not named here. The socket interface is described in `/api/asyncapi.json`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(GROUPS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: `A token. Its role and \`caps\` give capabilities: ${CAPABILITIES.map((each) => `\`${each}\``).join(', ')}.`,
        },
        link: { type: 'apiKey', in: 'query', name: 'link', description: 'The code of a share link.' },
      },
      responses: Object.fromEntries(
        Object.entries(REFUSALS).map(([status, description]) => [`refused${status}`, refusal(description)]),
      ),
      schemas: schemasFor(JSON.stringify([paths, { $ref: '#/components/schemas/Problem' }])),
    },
  };
}

function operation(call: Call): object {
  const { method, path, group, title, params, query, body, file } = call;
  return {
    operationId: operationId(method, path),
    tags: [group],
    summary: title,
    description: [call.about, rightText(call.right), switchText(call)].filter(Boolean).join(' '),
    security: securityOf(call),
    ...parametersOf(path, params, query),
    ...(body && {
      // A call whose fields can all be left out may have no body at all.
      requestBody: {
        required: !z.safeParse(body, {}).success,
        content: { 'application/json': { schema: inputSchema(body) } },
      },
    }),
    ...(file && {
      requestBody: {
        required: true,
        content: Object.fromEntries(
          file.mediaTypes.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
        ),
      },
    }),
    responses: { [call.status ?? 200]: answerOf(call), ...refusalsOf(call) },
  };
}

/** `GET /api/sessions/:id/timing` → `getSessionsIdTiming`. */
function operationId(method: string, path: string): string {
  const words = path.split(/[^A-Za-z]+/).filter((word) => word !== '' && word !== 'api');
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function rightText(right: Right): string {
  switch (right.of) {
    case 'everyone':
      return 'Right: none.';
    case 'published':
      return 'Right: the show is published, or the token or link opens its picture.';
    case 'show':
      return `Right: \`${right.capability}\` for the show${right.orLink ? ', or a link to it' : ''}.`;
    case 'server':
      return `Right: \`${right.capability}\`, with a token that is not limited to shows or sessions.`;
    default:
      return right satisfies never;
  }
}

function switchText({ needs }: Call): string {
  return needs === undefined ? '' : `Only where \`${needs}\` is on; otherwise 404.`;
}

/** The capability is the scope: a token without it is refused. */
function securityOf({ right }: Call): readonly Record<string, readonly Capability[]>[] {
  if ('capability' in right) {
    const isByLink = right.of === 'show' && right.orLink === true;
    return [{ bearer: [right.capability] }, ...(isByLink ? [{ link: [] }] : [])];
  }
  return right.of === 'published' ? [{ bearer: [] }, { link: [] }, {}] : [{ bearer: [] }, {}];
}

function parametersOf(path: string, params?: z.ZodObject, query?: z.ZodObject): object {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    ...parameterSchema(params?.shape[name] ?? z.string()),
  }));
  const inQuery = Object.entries(query?.shape ?? {})
    // Described as a way to sign in.
    .filter(([name]) => name !== 'link')
    .map(([name, schema]) => ({ name, in: 'query', required: isRequired(schema), ...parameterSchema(schema) }));
  const all = [...inPath, ...inQuery];
  return all.length > 0 ? { parameters: all } : {};
}

function parameterSchema(schema: z.core.$ZodType): object {
  const { description, ...rest } = inputSchema(schema) as { readonly description?: string };
  return { ...(description && { description }), schema: rest };
}

/** Whether a value must be given: nothing at all is refused. */
function isRequired(schema: z.core.$ZodType): boolean {
  return !z.safeParse(schema, undefined).success;
}

/** What a caller may send for a schema to accept it. */
export function inputSchema(schema: z.core.$ZodType, target: 'draft-2020-12' | 'draft-7' = 'draft-2020-12'): object {
  const { $schema, ...made } = z.toJSONSchema(schema, { io: 'input', target, unrepresentable: 'any' });
  return made;
}

function answerOf({ answer }: Call): object {
  if (typeof answer === 'string') {
    return {
      description: 'The answer.',
      content: { 'application/json': { schema: { $ref: `#/components/schemas/${answer}` } } },
    };
  }
  if ('acknowledges' in answer) {
    const ok = { type: 'object', properties: { ok: { const: true } }, required: ['ok'] };
    const all = answer.acknowledges.map((name) => ({ allOf: [ok, { $ref: `#/components/schemas/${name}` }] }));
    const schema = all.length === 1 ? all[0] : { anyOf: all };
    return { description: 'The acknowledgement of the socket event.', content: { 'application/json': { schema } } };
  }
  const { about, mediaType } = answer;
  return { description: about, ...(mediaType && { content: { [mediaType]: { schema: { type: 'string' } } } }) };
}

/** Refusals: those that follow from the declaration, and those that it names. */
function refusalsOf({ right, params, query, body, needs, refusals = {} }: Call): object {
  const implied: Status[] = [401, 429, 500];
  if ('capability' in right) implied.push(403);
  if (params || query || body) implied.push(400);
  if (needs) implied.push(404);
  const all = new Map<string, object>(
    implied.map((status) => [String(status), { $ref: `#/components/responses/refused${status}` }]),
  );
  for (const [status, description] of Object.entries(refusals)) all.set(status, refusal(description));
  return Object.fromEntries(all);
}

function refusal(description: string): object {
  return { description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
}
