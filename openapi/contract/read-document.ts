import type { Resolve, Schema } from '../validate.ts';

export const formType = 'application/x-www-form-urlencoded';

type Media = { readonly schema: Schema; readonly examples: Readonly<Record<string, unknown>> };
export type Header = { readonly name: string; readonly required: boolean; readonly schema: Schema };
type Parameter = Header & {
  readonly in: string;
  readonly description?: string;
  readonly example?: unknown;
};
export type Response = {
  readonly description: string;
  readonly headers: readonly Header[];
  /** By media type; none where no body is sent. */
  readonly content: Readonly<Record<string, Media>>;
};
export type Operation = {
  readonly id: string;
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** Asks for a bearer token. */
  readonly guarded: boolean;
  readonly parameters: readonly Parameter[];
  readonly body: Media | null;
  /** The body is a form, and refusals are those of OAuth: RFC 6749 5.2. */
  readonly form: boolean;
  readonly responses: Readonly<Record<string, Response>>;
};
export type ApiContract = { readonly operations: readonly Operation[]; readonly resolve: Resolve };

// As much of OpenAPI 3.1 as the document uses. The reader of a part finds its faults.
type Node = Readonly<Record<string, unknown>>;
type RawMedia = {
  readonly schema: Schema;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
};
type RawContent = Readonly<Record<string, RawMedia>>;
type RawResponse = { readonly description: string; readonly headers?: Node; readonly content?: RawContent };
type RawOperation = {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Node[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: RawContent };
  readonly responses: Readonly<Record<string, RawResponse>>;
};
type RawDocument = { readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>> };

/** Reads an OpenAPI document, following every reference. Throws where one points nowhere. */
export function readDocument(document: unknown): ApiContract {
  const { paths }: Partial<RawDocument> = Object(document);
  if (!paths) throw new Error('This is no OpenAPI document');
  const resolve: Resolve = (ref) => target(document, ref);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => operationOf(path, method.toUpperCase(), raw, resolve)),
  );
  return { operations, resolve };
}

export function operationById({ operations }: ApiContract, id: string): Operation {
  const found = operations.find((operation) => operation.id === id);
  if (!found) throw new Error(`The document has no operation ${id}`);
  return found;
}

/** By `POST /auth/login` or by its id, as a person types it. */
export function operationNamed({ operations }: ApiContract, typed: string): Operation {
  const found = operations.find(({ id, name }) => id === typed || name === typed);
  if (!found) throw new Error(`The document has no operation ${typed}`);
  return found;
}

function target(document: unknown, ref: string): unknown {
  const steps = ref.split('/').slice(1);
  const found = steps.reduce<unknown>((node, step) => (node as Node | undefined)?.[step], document);
  if (!ref.startsWith('#/') || found === undefined) throw new Error(`${ref} points nowhere`);
  return found;
}

function operationOf(path: string, method: string, raw: RawOperation, resolve: Resolve): Operation {
  const { operationId = '', summary = '', description = '', tags = [], security = [] } = raw;
  const { parameters = [], requestBody } = raw;
  const content = requestBody ? contentOf(requestBody.content, resolve) : {};
  const [body = null] = Object.values(content);
  const responses = Object.entries(raw.responses).map(([status, response]) => [
    status,
    responseOf(response, resolve),
  ]);
  return {
    id: operationId,
    name: `${method} ${path}`,
    method,
    path,
    summary,
    description,
    tags,
    guarded: security.some((scheme) => 'bearer' in scheme),
    parameters,
    body,
    form: formType in content,
    responses: Object.fromEntries(responses),
  };
}

function responseOf({ description, headers = {}, content = {} }: RawResponse, resolve: Resolve): Response {
  const all = Object.entries(headers).map(([name, header]) => {
    const { required = false, schema } = followed(header, resolve) as Header;
    return { name, required, schema };
  });
  return { description, headers: all, content: contentOf(content, resolve) };
}

function contentOf(content: RawContent, resolve: Resolve): Record<string, Media> {
  const all = Object.entries(content).map(([type, { schema, examples = {} }]) => {
    const shown = Object.entries(examples).map(([name, one]) => [
      name,
      (followed(one, resolve) as Node).value,
    ]);
    return [type, { schema, examples: Object.fromEntries(shown) }];
  });
  return Object.fromEntries(all);
}

function followed(node: unknown, resolve: Resolve): unknown {
  const { $ref } = node as { readonly $ref?: string };
  return $ref === undefined ? node : resolve($ref);
}
