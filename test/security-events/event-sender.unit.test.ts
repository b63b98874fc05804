import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { tellings } from '../../src/domain/security-events/event-names.ts';
import { waitMs } from '../../src/domain/security-events/receiver.ts';
import { targetFault } from '../../src/domain/security-events/refused-target.ts';
import { createEventSender, isForbiddenAddress } from '../../src/platform/adapters/event-sender.ts';
import { startReceiver } from '../support/event-receiver.ts';

const post = { headers: {}, body: '{}' };

describe('addresses', () => {
  test.each([
    ...['127.0.0.1', '127.8.8.8', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['169.254.169.254', '100.64.0.1', '198.18.0.1', '224.0.0.1', '255.255.255.255', '192.0.2.1'],
    ...['::1', '::', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '2001:db8::1'],
    ...['::ffff:127.0.0.1', '::ffff:8.8.8.8', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:1::', 'nonsense'],
  ])('EV-1 %s is refused', (address) => {
    expect(isForbiddenAddress(address)).toBe(true);
  });

  test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])(
    '%s is not',
    (address) => {
      expect(isForbiddenAddress(address)).toBe(false);
    },
  );
});

describe('targets', () => {
  const internal = ['http://gateway.internal:8080'];

  test.each([
    ['https://a.example/x?y=z', null],
    ['http://gateway.internal:8080/events', null],
    ['http://gateway.internal/events', 'Must begin with https://'],
    ['http://a.example', 'Must begin with https://'],
    ['ftp://a.example', 'Must be a URL: https://…'],
    ['nonsense', 'Must be a URL: https://…'],
    ['https://ann:secret@a.example', 'Must not hold a login: use authorization'],
    ['https://a.example/#x', 'Must not have a fragment'],
  ])('%s: %s', (url, fault) => {
    expect(targetFault(url, internal)).toBe(fault);
  });
});

describe('the sender', () => {
  test.each([
    'https://127.0.0.1:1/',
    'https://[::1]:1/',
    'https://2130706433:1/',
    'https://0x7f.1:1/',
    'https://[::ffff:7f00:1]:1/',
  ])('EV-1 does not connect to %s, whose address needs no resolver', async (url) => {
    const sender = createEventSender([]);
    await expect(sender.post({ ...post, url })).rejects.toMatchObject({ code: 'FORBIDDEN_ADDRESS' });
    await sender.close();
  });

  test('EV-1 connects to the address that it has checked, and asks for it once', async () => {
    const asked: string[] = [];
    const sender = createEventSender([], (name, done) => {
      asked.push(name);
      // the second answer of a rebinding name
      const address = asked.length > 1 ? '127.0.0.1' : '203.0.113.1';
      done(null, [{ address, family: 4 }]);
    });
    await expect(sender.post({ ...post, url: 'https://rebinding.example:9/' })).rejects.toMatchObject({
      code: 'FORBIDDEN_ADDRESS',
    });
    expect(asked).toEqual(['rebinding.example']);
    await sender.close();
  });

  test.each([
    [[{ address: '10.0.0.5', family: 4 }]],
    [
      [
        { address: '8.8.8.8', family: 4 },
        { address: '169.254.169.254', family: 4 },
      ],
    ],
    [
      [
        { address: '2606:4700::1111', family: 6 },
        { address: '::1', family: 6 },
      ],
    ],
    [[]],
  ])('EV-1 refuses a name with a forbidden address among %j', async (found) => {
    const sender = createEventSender([], (_name, done) => done(null, found));
    await expect(sender.post({ ...post, url: 'https://a.example/' })).rejects.toMatchObject({
      code: 'FORBIDDEN_ADDRESS',
    });
    await sender.close();
  });

  test('EV-1 sends nothing by http, unless the origin is named', async () => {
    const receiver = await startReceiver({ status: 302, headers: { location: 'http://127.0.0.1:1/' } });
    const strict = createEventSender([]);
    await expect(strict.post({ ...post, url: receiver.url })).rejects.toMatchObject({ code: 'NOT_HTTPS' });
    expect(receiver.received).toEqual([]);
    const named = createEventSender([receiver.origin]);
    expect(await named.post({ ...post, url: receiver.url })).toMatchObject({ status: 302 }); // not followed
    expect(receiver.received).toHaveLength(1);
    await Promise.all([strict.close(), named.close(), receiver.close()]);
  });
});

test('the triggers write the sources that have a telling, and no others', () => {
  const migration = readFileSync(
    new URL('../../db/migrations/0036_security_events.sql', import.meta.url),
    'utf8',
  );
  const [, condition = ''] =
    /after insert on audit_events for each row\n([\s\S]*?)execute function/.exec(migration) ?? [];
  const audited = [...condition.matchAll(/'([a-z_]+)'/g)].map(([, name]) => name);
  const written = new Set([...audited, 'session:ended', 'session:level']);
  for (const word of ['failure', 'service']) written.delete(word);
  expect([...written].sort()).toEqual(Object.keys(tellings).sort());
});

test('the wait after a failure doubles, up to a quarter of an hour', () => {
  expect([1, 2, 3, 8, 9, 100].map(waitMs)).toEqual([5_000, 10_000, 20_000, 640_000, 900_000, 900_000]);
});
