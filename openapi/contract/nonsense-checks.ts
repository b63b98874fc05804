import fc from 'fast-check';
import { faultsOf, type Resolve, type Schema } from '../validate.ts';
import { type Exchange, formOf, jsonOf, requestOf, type Sent } from './exchange.ts';
import type { Inspector } from './inspector.ts';
import { judge } from './judge.ts';
import { type ApiContract, formType, type Operation } from './read-document.ts';
import { anyCharacter, fitting, misfitting } from './values.ts';

export type NonsenseOptions = {
  readonly runs: number;
  readonly seed: number;
  readonly bearer: string | null;
  /** Whether what fits may be sent for the account, which then is done. */
  readonly mayChange: boolean;
};

/**
 * Each answer of an operation is documented, and the operation refuses what its schemas refuse. If that fails, the
 * report has the smallest request found that fails.
 */
export async function checkNonsense(
  inspector: Inspector,
  operation: Operation,
  { runs, seed, ...whose }: NonsenseOptions,
): Promise<void> {
  const { contract, client, report } = inspector;
  let refuted: { readonly exchange: Exchange; readonly faults: readonly string[] } | undefined;
  const property = fc.asyncProperty(nonsense(contract, operation, whose), async (sent) => {
    const exchange = await client.send(requestOf(operation, sent));
    report.count(operation, 'nonsense', exchange);
    const faults = [
      ...judge(contract, operation, exchange),
      ...swallowed(contract, operation, sent, exchange),
    ];
    if (faults.length > 0) refuted = { exchange, faults }; // the last one is the smallest
    return faults.length === 0;
  });
  const { failed, errorInstance } = await fc.check(property, { numRuns: runs, seed });
  if (refuted) report.fail({ operation: operation.name, kind: 'nonsense', what: `seed ${seed}`, ...refuted });
  else if (failed) throw errorInstance;
}

/** Success, for what the document says is refused. */
function swallowed(
  { resolve }: ApiContract,
  { parameters, body, form }: Operation,
  sent: Sent,
  { status }: Exchange,
): string[] {
  if (status < 200 || status > 299) return [];
  const wrongPath = parameters
    .filter((one) => one.in === 'path')
    .flatMap(({ name, schema }) => faultsOf(schema, sent.params?.[name], resolve, `{${name}}`));
  const wrongBody =
    body && !form ? faultsOf(body.schema, jsonAsRead(sent.text ?? ''), resolve, 'the body') : [];
  return [...wrongPath, ...wrongBody].map((fault) => `Taken, although ${fault}`);
}

function nonsense(
  contract: ApiContract,
  operation: Operation,
  { bearer, mayChange }: Pick<NonsenseOptions, 'bearer' | 'mayChange'>,
): fc.Arbitrary<Sent> {
  const { resolve } = contract;
  const params = fc.record(
    Object.fromEntries(
      operation.parameters
        .filter((one) => one.in === 'path')
        .map(({ name, schema }) => [name, fc.oneof(fitting(schema, resolve).map(String), pathText)]),
    ),
  );
  const stranger = fc.record({ authorization: garbage, text: bodyText(operation, resolve, true), mfa });
  const mayFit = mayChange && !untouchable.includes(operation.id) && !asksPassword(operation, resolve);
  const owner = fc.record({
    authorization: fc.constant(`Bearer ${bearer}`),
    text: bodyText(operation, resolve, mayFit),
    mfa: operation.path.startsWith('/admin/') ? fc.constant(undefined) : mfa, // once the bearer is old, codes are counted
  });
  const who = mayBeOwner(operation, bearer)
    ? fc.oneof({ weight: 4, arbitrary: owner }, { weight: 1, arbitrary: stranger })
    : stranger;
  return fc
    .record({ params, query, who, contentType: operation.form ? formContent : contentType })
    .map(({ params, query, who: { authorization, text, mfa }, contentType }) => ({
      params,
      ...(text !== undefined && { text }),
      ...(query !== undefined && { query }),
      headers: {
        ...(text !== undefined && { 'content-type': contentType }),
        ...(authorization !== undefined && { authorization }),
        ...(mfa !== undefined && { 'x-mfa-token': mfa }),
      },
    }));
}

/** What these would change is what the run itself lives by: how long a session lasts, and who may log in. */
const untouchable = ['changeArea', 'changeRollout'];

/** Where the account's own bearer can do no harm. */
function mayBeOwner({ guarded, id }: Operation, bearer: string | null): boolean {
  return guarded && bearer !== null && id !== 'logOut';
}

/** Wrong passwords are counted: what looks like one is never sent for the account here, or its owner would be locked out. */
function asksPassword({ body }: Operation, resolve: Resolve): boolean {
  const { $ref, properties = {} } = body?.schema ?? {};
  const all = $ref === undefined ? properties : Object((resolve($ref) as Schema).properties);
  return Object.keys(all).some((name) => name.includes('password'));
}

/** What a header may hold and a path may spell, so that it gets through to the service. */
const latin = fc
  .integer({ min: 0x21, max: 0xff })
  .map((code) => (code > 0x7e && code < 0xa1 ? '!' : String.fromCharCode(code)));
const headerText = fc.oneof(
  fc.string({ unit: latin, minLength: 1, maxLength: 64 }),
  fc.constantFrom('123456', 'a.b.c', `${'a'.repeat(4097)}`, 'eyJhbGciOiJub25lIn0.e30.', 'null'),
);
const pathText = fc.oneof(
  fc
    .string({ unit: anyCharacter, minLength: 1 })
    .map((text) => encodeURIComponent(text.toWellFormed()))
    .filter((text) => !/^\.{1,2}$/.test(text)),
  fc.constantFrom('me', '%00', '%ff', '%zz', '%2e%2e%2fhealth', 'a'.repeat(200), '0', '-1', '*'),
);
const mfa = fc.option(headerText, { nil: undefined, freq: 3 });
const otherContent = fc.constantFrom(
  'text/plain',
  'application/xml',
  'multipart/form-data',
  'application/json; charset=utf-16',
  '*/*',
  'x',
);
const mostly = (type: string) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(type) }, { weight: 1, arbitrary: otherContent });
const contentType = mostly('application/json');
const formContent = mostly(formType);

const garbage = fc.oneof(
  headerText,
  headerText.map((text) => `Bearer ${text}`),
  fc.constant(undefined),
);
const query = fc.option(fc.constantFrom('a=b', 'access_token=x', '%', '&&', 'a[]=1&a[]=2'), {
  nil: undefined,
  freq: 9,
});

function bodyText(
  { body, form }: Operation,
  resolve: Resolve,
  mayFit: boolean,
): fc.Arbitrary<string | undefined> {
  if (!body) return fc.constant(undefined);
  const json = (values: fc.Arbitrary<unknown>) =>
    values.map((value) => (form ? formOf(value) : JSON.stringify(value)));
  const broken = ['', '{', 'nul', '{"a":1,}', '{"__proto__":{"a":1}}', '\ufeff{}', '['.repeat(3000)];
  const texts = fc.oneof(
    ...(mayFit ? [{ weight: 4, arbitrary: json(fitting(body.schema, resolve)) }] : []),
    { weight: 6, arbitrary: json(misfitting(body.schema, resolve)) },
    { weight: 1, arbitrary: fc.constantFrom(...broken) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
  return mayFit ? texts : texts.filter((text) => text === undefined || !fits(body.schema, text, resolve));
}

/** As the service reads it, which looks past a byte order mark. */
function jsonAsRead(text: string): unknown {
  return jsonOf({ text: text.replace(/^\ufeff/, '') });
}

function fits(schema: Schema, text: string, resolve: Resolve): boolean {
  const json = jsonAsRead(text);
  return json !== undefined && faultsOf(schema, json, resolve).length === 0;
}
