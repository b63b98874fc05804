import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deliverDueEvents } from '../../src/features/security-events/event-worker.ts';
import { createEventSender } from '../../src/platform/adapters/event-sender.ts';
import { blocksOf, readDocument, root as repository } from '../support/document.ts';
import { claimsIn } from '../support/event-receiver.ts';
import { until } from '../support/programs.ts';
import { type Staff, staff } from '../support/staff.ts';
import { createWorld, issuer, type World } from '../support/world.ts';

const internal: string[] = [];
const audience = 'https://gateway.example.gov';
let world: World;
let root: Staff;
let program: ChildProcess;
let origin: string;
const heard: Record<string, unknown>[] = [];

beforeAll(async () => {
  world = await createWorld({ eventSender: createEventSender(internal) });
  const service = await world.app.listen({ host: '127.0.0.1', port: 0 });
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  internal.push(origin);
  root = await staff(world);
  const env = {
    ...process.env,
    ...{ PORT: String(port), SALLYPORT_ISSUER: issuer, EVENT_AUDIENCE: audience },
    SALLYPORT_KEYS: `${service}/.well-known/jwks.json`,
  };
  program = spawn(process.execPath, [`${repository}docs/events/receive-events.ts`], { env });
  if (program.stdout)
    createInterface({ input: program.stdout }).on('line', (line) => heard.push(JSON.parse(line)));
  await until('the receiver listens', () =>
    fetch(origin).then(
      () => true,
      () => false,
    ),
  );
});
afterAll(async () => {
  program.kill();
  await once(program, 'exit');
  await world.close();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

test('docs/security-events.md shows the receiver as it is', () => {
  const shown = blocksOf(readDocument('docs/security-events.md')).filter(
    ({ name }) => name === 'receive-events.ts',
  );
  expect(shown.map(({ text }) => text)).toEqual([readDocument('docs/events/receive-events.ts')]);
});

test('the receiver of docs/security-events.md hears that a session has ended, and takes nothing else', async () => {
  const input = { name: 'gateway', delivery: 'push', url: `${origin}/`, audience };
  expect((await root.post('/admin/receivers', input)).body).toMatchObject({ status: 'enabled' });
  const ann = await world.user();
  const bearer = (await ann.login()).body.access_token;
  await world.call('POST', '/auth/logout', {}, { bearer });
  await deliverDueEvents(world.deps);
  await until('both have come', () => heard.length === 2);
  expect(heard[1]).toMatchObject({ about: { session: { id: claimsIn(bearer).sid } } });
  const post = (body: string) => fetch(origin, { method: 'POST', body });
  expect((await post(bearer)).status).toBe(400);
  const foreign = { ...claimsIn(bearer), aud: 'https://other.example', events: {}, sub_id: {}, jti: 'x' };
  expect((await post(world.deps.tokens.signEvent(foreign))).status).toBe(400);
  expect(heard).toHaveLength(2);
});
