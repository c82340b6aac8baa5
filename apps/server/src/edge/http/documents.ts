import type { FastifyInstance } from 'fastify';
import { SharedJson } from '../../channel/shared-json.js';
import { type Call, declareCalls, EVERYONE, type OtherAnswer, serve } from './call.js';
import { sendShared } from './shared-answers.js';

/** The calls for the descriptions of the interface. */
export const DOCUMENT_CALLS = declareCalls({
  openapi: {
    method: 'GET',
    path: '/api/openapi.json',
    group: 'Server',
    title: 'This description of the HTTP calls',
    about: 'The same on every server of this version, whatever is switched on.',
    right: EVERYONE,
    answer: { mediaType: 'application/json', about: 'An OpenAPI 3.1 document.' },
  },
  asyncapi: {
    method: 'GET',
    path: '/api/asyncapi.json',
    group: 'Server',
    title: 'A description of the socket calls and events',
    about: 'The same on every server of this version.',
    right: EVERYONE,
    answer: { mediaType: 'application/json', about: 'An AsyncAPI 3.0 document.' },
  },
});

/** Makes the descriptions of the interface. They hold nothing of the server that serves them. */
export interface Documents {
  readonly openApi: () => object;
  readonly asyncApi: () => object;
}

/** Serves the descriptions; each is made when it is first asked for. */
export function serveDocuments(http: FastifyInstance, { openApi, asyncApi }: Documents): void {
  serveDocument(http, DOCUMENT_CALLS.openapi, openApi);
  serveDocument(http, DOCUMENT_CALLS.asyncapi, asyncApi);
}

function serveDocument(http: FastifyInstance, call: Call<OtherAnswer>, make: () => object): void {
  let made: SharedJson | undefined;
  serve(http, call, (_request, reply) => {
    made ??= new SharedJson(JSON.stringify(make()));
    return sendShared(reply, made);
  });
}
