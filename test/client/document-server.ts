import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { faultsOf, type Schema } from '../../openapi/validate.ts';

type Examples = Readonly<Record<string, { readonly value?: unknown; readonly $ref?: string }>>;
type Media = { readonly schema: Schema; readonly examples?: Examples };
type Content = Readonly<Record<string, Media>>;
type Parameter = {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
  readonly example?: unknown;
};
type Answer = { readonly content?: Content; readonly headers?: Readonly<Record<string, unknown>> };
type Operation = {
  readonly operationId: string;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Answer>>;
};
type Chosen = { readonly status: string; readonly example?: string };

const file = new URL('../../openapi/openapi.json', import.meta.url);
const document = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

export const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    key: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path,
    operation,
  })),
);

const resolve = (ref: string): unknown =>
  ref
    .slice(2)
    .split('/')
    .reduce((at, name) => (at as Record<string, unknown>)[name], document as unknown);

export function exampleOf({ examples = {} }: Media, name = Object.keys(examples)[0] ?? ''): unknown {
  const example = examples[name];
  return example?.$ref ? (resolve(example.$ref) as { value: unknown }).value : example?.value;
}

/** Another implementation of the API, made of openapi.json and nothing else. It answers by the examples. */
export async function startDocumentServer() {
  const faults: string[] = [];
  const next = new Map<string, Chosen[]>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://x');
    const found = operations.find(
      ({ method, path }) => method === request.method && patternOf(path).test(url.pathname),
    );
    if (!found) {
      faults.push(`no operation: ${request.method} ${url.pathname}`);
      return void response.writeHead(404).end();
    }
    const { key, operation } = found;
    const wrong = await faultsIn(request, url, found);
    faults.push(...wrong.map((fault) => `${key}: ${fault}`));
    const usual = Object.keys(operation.responses).find((status) => status.startsWith('2')) ?? '200';
    const chosen = next.get(key)?.shift() ?? { status: usual };
    send(response, operation.responses[chosen.status] ?? {}, chosen);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error) => {
      faults.push(String(error));
      response.writeHead(500).end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** What clients sent that the document does not describe. */
    faults,
    /** The next answers of an operation: their status and the name of the example. */
    answers: (key: string, ...chosen: readonly Chosen[]) => void next.set(key, [...chosen]),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function patternOf(path: string): RegExp {
  const parts = path.split('/').map((part) => (part.startsWith('{') ? '[^/]+' : part.replaceAll('.', '\\.')));
  return new RegExp(`^${parts.join('/')}$`);
}

async function faultsIn(
  request: IncomingMessage,
  url: URL,
  { path, operation }: (typeof operations)[number],
) {
  const { parameters = [], requestBody, security = [] } = operation;
  const wrong: string[] = [];
  const segments = path.split('/').map((part, index) => [part.slice(1, -1), url.pathname.split('/')[index]]);
  const given = {
    path: (name: string) => decodeURIComponent(segments.find(([part]) => part === name)?.[1] ?? ''),
    query: (name: string) => url.searchParams.get(name) ?? undefined,
    header: (name: string) => request.headers[name.toLowerCase()] as string | undefined,
  };
  for (const { name, in: place, required, schema } of parameters) {
    const value = given[place](name);
    if (value === undefined && required) wrong.push(`${name} is missing`);
    if (value !== undefined) wrong.push(...faultsOf(schema, asTyped(value, schema), resolve, name));
  }
  for (const name of url.searchParams.keys())
    if (!parameters.some((one) => one.in === 'query' && one.name === name)) wrong.push(`${name}: unknown`);
  const wantsBearer = security.some((one) => 'bearer' in one);
  if (wantsBearer !== /^Bearer \S+$/.test(request.headers.authorization ?? ''))
    wrong.push('the bearer token');

  const body = await text(request);
  const type = request.headers['content-type'] ?? '';
  if (body === '' && requestBody?.required) wrong.push('no body');
  if (body === '') return wrong;
  const media = requestBody?.content[type.split(';')[0] ?? ''];
  if (!media) return [...wrong, `a body of type ${type}`];
  const value = type.includes('form') ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body);
  return [...wrong, ...faultsOf(media.schema, value, resolve)];
}

/** Numbers come as text in an address. */
function asTyped(value: string, { type }: Schema): unknown {
  return type === 'integer' && /^\d+$/.test(value) ? Number(value) : value;
}

function send(
  response: ServerResponse,
  { content = {}, headers = {} }: Answer,
  { status, example }: Chosen,
): void {
  const [type, media] = Object.entries(content)[0] ?? [];
  const body = media && exampleOf(media, example);
  const told: Record<string, string> = {
    ...(type && { 'content-type': type }),
    ...('Retry-After' in headers && {
      'retry-after': String((body as { retry_after?: number })?.retry_after ?? 0),
    }),
  };
  // The examples shorten long tokens by a character that no header can carry.
  const written =
    body === undefined || typeof body === 'string' ? body : JSON.stringify(body).replace(/(eyJ[^"]*)…/, '$1');
  response.writeHead(Number(status), told).end(written as string | undefined);
}
