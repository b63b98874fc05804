import { expect, test } from 'vitest';
import { useWorld } from '../support/use-world.ts';
import { issuer } from '../support/world.ts';

const world = useWorld();

test('a password manager is sent to the page of the portal that changes a password', async () => {
  const url = '/.well-known/change-password';
  const { statusCode, headers } = await world.app.inject({ method: 'GET', url });
  expect({ statusCode, location: headers.location, cache: headers['cache-control'] }).toEqual({
    statusCode: 302,
    location: `${issuer}/change-password`,
    cache: 'no-store',
  });
});

test('WA-1 a passkey provider finds where passkeys are enrolled and managed', async () => {
  const { status, body, headers } = await world.call('GET', '/.well-known/passkey-endpoints');
  expect(status).toBe(200);
  expect(headers['content-type']).toContain('application/json');
  expect(body).toEqual({ enroll: `${issuer}/enroll`, manage: `${issuer}/factors` });
});

test('what is not there is 404, so that nobody takes it for a page', async () => {
  const url = '/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200';
  expect((await world.call('GET', url)).status).toBe(404);
});
