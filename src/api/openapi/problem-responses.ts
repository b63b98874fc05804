import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { bodyOf } from '../../platform/http/problem-handler.ts';
import { catalog, type ProblemName } from './problem-catalog.ts';

const entries = new Map(catalog.map((entry) => [entry.name, entry]));

/** Caches: many routes have the same refusals, and a process may build the service more than once. */
const responses = new Map<string, ReturnType<typeof buildResponses>>();
const schemas = new Map<ProblemName, ReturnType<typeof buildSchema>>();

/** The problems of every route. */
const everywhere: readonly ProblemName[] = ['invalid-request', 'too-many-attempts', 'dependency-unavailable'];
/** The problems of every route that requires an access token. */
export const bearerProblems: readonly ProblemName[] = ['authentication-required', 'invalid-token'];

/** The `response` entries of a route for its problems. The problems of every route are included. */
export function problemResponses(...named: readonly (ProblemName | readonly ProblemName[])[]) {
  return responsesOf([...everywhere, ...named.flat()]);
}

/** For every route that may receive a body, even if it needs none. */
export const problemResponsesOfBodies = responsesOf(['content-too-large', 'unsupported-media-type']);
/** For every route with a parameter in its path. */
export const problemResponsesOfPaths = responsesOf(['uri-too-long']);

function responsesOf(named: readonly ProblemName[]) {
  const all = [...new Set(named)];
  const key = all.join();
  const known = responses.get(key) ?? buildResponses(all);
  responses.set(key, known);
  return { ...known };
}

/** Problems with the same status form a union. */
function buildResponses(all: readonly ProblemName[]) {
  const statusOf = (refusal: ProblemName) => entryOf(refusal).problem.status;
  const statuses = [...new Set(all.map(statusOf))].sort();
  return Object.fromEntries(
    statuses.map((status) => {
      const [first, ...more] = all.filter((refusal) => statusOf(refusal) === status).map(schemaOf);
      if (!first) throw new Error('A status without a problem');
      const schema = more.length > 0 ? z.union([first, ...more]) : first;
      const description = STATUS_CODES[status] ?? 'Refused';
      return [status, { description, content: { 'application/problem+json': { schema } } }];
    }),
  );
}

function entryOf(refusal: ProblemName) {
  const entry = entries.get(refusal);
  if (!entry) throw new Error(`No problem is called ${refusal}`);
  return entry;
}

function schemaOf(refusal: ProblemName) {
  const known = schemas.get(refusal) ?? buildSchema(refusal);
  schemas.set(refusal, known);
  return known;
}

function buildSchema(refusal: ProblemName) {
  const { problem, shape } = entryOf(refusal);
  const { type, title, status } = problem;
  const members = {
    type: z.literal(type),
    title: z.literal(title),
    status: z.literal(status),
    detail: z.string(),
    instance: z.string().describe('urn:uuid: and the request id, as in the log'),
    ...shape,
  };
  const example = bodyOf(problem, status, 'eb06275e-3bb1-4f5e-9a2c-7a1a7f4e5a10');
  return z.strictObject(members).meta({ title: nameOf(refusal), 'x-shown': { [refusal]: example } });
}

/** The title of the schema, as a code generator may use it for a type: `invalid-token` becomes `InvalidToken`. */
function nameOf(refusal: ProblemName): string {
  return refusal.replace(/(?:^|-)(.)/g, (_part, letter: string) => letter.toUpperCase());
}
