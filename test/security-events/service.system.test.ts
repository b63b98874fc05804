import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReceiver } from '../../src/features/security-events/create-receiver.ts';
import { createUser } from '../../src/features/users/create-user.ts';
import { readConfig } from '../../src/service/config/config.ts';
import { openService, type Service } from '../../src/service/open-service.ts';
import { databaseOfCommands, type TestSettings } from '../support/database.ts';
import { claimsIn, startReceiver, type TestReceiver } from '../support/event-receiver.ts';
import { until } from '../support/programs.ts';
import { consoleContext, goodPassword } from '../support/world.ts';

let receiver: TestReceiver;
let service: Service;
let database: TestSettings;
beforeAll(async () => {
  receiver = await startReceiver();
  database = await databaseOfCommands();
  const env = { ...database.env, EVENT_INTERNAL_ORIGINS: receiver.origin };
  service = await openService(readConfig({ ...env, LOG_LEVEL: 'silent' }), () => {});
});
afterAll(async () => {
  await service.close();
  await database.close();
  await receiver.close();
});

test('a service that runs tells a receiver by itself, without a call', async () => {
  const { deps, app } = service;
  const input = {
    name: 'gateway',
    delivery: 'push',
    url: receiver.url,
    events: ['session-revoked'],
  } as const;
  const others = { audience: null, authorization: null, clientId: null };
  const made = await createReceiver(deps, consoleContext(), null, { ...input, ...others });
  expect(made.receiver).toMatchObject({ status: 'enabled', trouble: null });
  const user = { username: 'ann', email: null, phone: null, password: goodPassword };
  await createUser(deps, consoleContext(), { ...user, roles: ['user'] });
  const payload = { username: 'ann', password: goodPassword };
  const { access_token: token } = (await app.inject({ method: 'POST', url: '/auth/login', payload })).json();
  receiver.take();
  await app.inject({ method: 'POST', url: '/auth/logout', headers: { authorization: `Bearer ${token}` } });
  await until('the event has come', () => receiver.received.length > 0);
  expect(claimsIn(receiver.received[0]?.body ?? '').sub_id.session.id).toBe(claimsIn(token).sid);
});
