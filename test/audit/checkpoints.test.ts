import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { appendCheckpoints, deliverCheckpoints } from '../../src/features/audit/deliver.ts';
import { sealEvents } from '../../src/features/audit/seal-events.ts';
import { findLastSeal } from '../../src/features/audit/seal-store.ts';
import { connectCheckpointDestinations } from '../../src/platform/adapters/checkpoint-destinations.ts';
import { openCheckpointFile, readCheckpoints } from '../../src/platform/adapters/checkpoint-file.ts';
import { postCheckpoints } from '../../src/platform/adapters/checkpoint-http.ts';
import { checkpointLine } from '../../src/platform/adapters/checkpoint-message.ts';
import { syslogCheckpoints } from '../../src/platform/adapters/checkpoint-syslog.ts';
import { startSealingJob } from '../../src/service/jobs/audit-sealing-job.ts';
import { startJobs } from '../../src/service/jobs/start-jobs.ts';
import { wait } from '../support/actor.ts';
import { serverUrl } from '../support/database.ts';
import { until } from '../support/programs.ts';
import { clearLog, insertEvents, publishedCheckpoints, sealedLog, verify } from '../support/sealed-log.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
let folder: string;
const closers: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  await clearLog(world);
  world.logs.length = 0;
  folder = await mkdtemp(join(tmpdir(), 'sallyport-'));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await rm(folder, { recursive: true });
});

async function listening(server: ReturnType<typeof createTcpServer>, port = 0): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

/** The clock stands still; only by this the background has its next round. */
function takeTurns() {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: Date.now() });
  return async () => void (await vi.advanceTimersByTimeAsync(1_000));
}

const delivered = async () =>
  (await world.database.db.selectFrom('auditDeliveries').selectAll().execute()).map(({ number }) => number);

const linesOf = async () => (await publishedCheckpoints(world)).map(checkpointLine);

describe('AU-5 AU-9 checkpoints in a file', () => {
  test('are appended, one a line, private, and go on where an earlier process ended', async () => {
    const path = join(folder, 'deep', 'checkpoints.ndjson');
    await sealedLog(world, 25, 1);
    await appendCheckpoints(world.deps, openCheckpointFile(path));
    await sealedLog(world, 2, 1);
    await appendCheckpoints(world.deps, openCheckpointFile(path));
    expect((await readFile(path, 'utf8')).trimEnd().split('\n')).toEqual(await linesOf());
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await verify(world, await Array.fromAsync(readCheckpoints(path)))).toMatchObject({ compared: 27 });
  });

  test('survive a line that a crash has cut short', async () => {
    const path = join(folder, 'checkpoints.ndjson');
    await sealedLog(world, 2, 1);
    const [first = '', second = ''] = await linesOf();
    await writeFile(path, `${first}\n${second.slice(0, 30)}`);
    await appendCheckpoints(world.deps, openCheckpointFile(path));
    expect(await readFile(path, 'utf8')).toBe(`${first}\n${second.slice(0, 30)}\n${second}\n`);
    const read = await Array.fromAsync(readCheckpoints(path));
    expect(read.map(checkpointLine)).toEqual(await linesOf());
  });

  test('that cannot be written are written later, and none is left out', async () => {
    await writeFile(join(folder, 'a-file'), '');
    const path = join(folder, 'a-file', 'checkpoints.ndjson');
    await sealedLog(world, 2, 1);
    const file = openCheckpointFile(path);
    await expect(appendCheckpoints(world.deps, file)).rejects.toThrow();
    await rm(join(folder, 'a-file'));
    await appendCheckpoints(world.deps, file);
    expect(await Array.fromAsync(readCheckpoints(path))).toHaveLength(2);
  });
});

describe('AU-9 checkpoints that are sent', () => {
  test('to a URL come one by one, with the token, once, and after a failure from where it was', async () => {
    const got: { body: string; type: string | undefined; authorization: string | undefined }[] = [];
    let fails = false;
    const server = createServer(async (request, response) => {
      const { authorization, 'content-type': type } = request.headers;
      if (fails) return void response.writeHead(500).end();
      got.push({ body: await text(request), type, authorization });
      response.end();
    });
    const url = `http://127.0.0.1:${await listening(server)}/audit`;
    const deliver = () => deliverCheckpoints(world.deps, 'http', postCheckpoints({ url, token: 's3cr3t' }));
    await sealedLog(world, 3, 1);
    await deliver();
    await deliver();
    fails = true;
    await sealedLog(world, 1, 1);
    await expect(deliver()).rejects.toThrow('AUDIT_HTTP_URL answered 500');
    fails = false;
    await Promise.all([deliver(), deliver()]);
    await deliver();
    expect(got.map(({ body }) => body)).toEqual(await linesOf());
    expect(got[0]).toMatchObject({ type: 'application/json', authorization: 'Bearer s3cr3t' });
  });

  test('to syslog are messages of RFC 5424 with their length before them', async () => {
    let got = '';
    const server = createTcpServer((socket: Socket) => {
      socket.on('data', (bytes) => {
        got += bytes;
      });
    });
    const port = await listening(server);
    await sealedLog(world, 2, 1);
    await deliverCheckpoints(world.deps, 'syslog', syslogCheckpoints(`tcp://127.0.0.1:${port}`));
    for (const line of await linesOf()) {
      const [, length = '', rest = ''] = /^(\d+) ([\s\S]*)$/.exec(got) ?? [];
      const message = rest.slice(0, Number(length));
      expect(message).toMatch(/^<109>1 \d{4}-\S+Z \S+ sallyport \d+ audit-checkpoint - \{/);
      expect(message.slice(message.indexOf('{'))).toBe(line);
      got = rest.slice(Number(length));
    }
    expect(got).toBe('');
  });

  test('to syslog are as grave as the gravest event of their seal', async () => {
    let got = '';
    const server = createTcpServer((socket: Socket) => {
      socket.on('data', (bytes) => {
        got += bytes;
      });
    });
    const port = await listening(server);
    for (const types of [
      ['session_ended'],
      ['session_ended', 'mfa_failed'],
      ['authn_token_reuse', 'mfa_failed'],
    ]) {
      const rows = types.map((type) => ({ at: new Date(), type, outcome: 'success' as const }));
      await world.database.db.insertInto('auditEvents').values(rows).execute();
      await sealEvents(world.deps);
    }
    await deliverCheckpoints(world.deps, 'syslog', syslogCheckpoints(`tcp://127.0.0.1:${port}`));
    expect(got.match(/<\d+>1 /g)).toEqual(['<109>1 ', '<108>1 ', '<106>1 ']);
  });

  test('to a syslog that is away are sent when it is back', async () => {
    const server = createTcpServer((socket) => socket.resume());
    const port = await listening(server);
    await closers.pop()?.();
    await sealedLog(world, 1, 1);
    const send = syslogCheckpoints(`tcp://127.0.0.1:${port}`);
    await expect(deliverCheckpoints(world.deps, 'syslog', send)).rejects.toThrow('ECONNREFUSED');
    await expect(deliverCheckpoints(world.deps, 'syslog', send)).rejects.toThrow('ECONNREFUSED');
    await listening(server, port);
    await deliverCheckpoints(world.deps, 'syslog', send);
    expect(await delivered()).toEqual([1]);
  });

  test('to a place that does not answer hold nobody up, and no other instance sends them meanwhile', async () => {
    await sealedLog(world, 1, 1);
    let answer = () => {};
    const hanging = deliverCheckpoints(
      world.deps,
      'http',
      () => new Promise((resolve) => (answer = resolve)),
    );
    await until('it is being sent', async () => (await delivered()).length === 1);
    await deliverCheckpoints(world.deps, 'http', () => expect.fail('is being sent'));
    expect(await delivered()).toEqual([0]);
    answer();
    await hanging;
    expect(await delivered()).toEqual([1]);
  });

  test('by an instance that died are sent by another', async () => {
    await sealedLog(world, 1, 1);
    void deliverCheckpoints(world.deps, 'http', () => new Promise(() => {}));
    await expect.poll(delivered).toEqual([0]);
    wait(60);
    await deliverCheckpoints(world.deps, 'http', async () => {});
    expect(await delivered()).toEqual([1]);
  });

  test('to a syslog that talks on and never ends are given up', async () => {
    const server = createTcpServer({ allowHalfOpen: true }, (socket: Socket) => {
      const talking = setInterval(() => socket.write('x'), 20);
      socket.on('error', () => {}).on('close', () => clearInterval(talking));
    });
    const send = syslogCheckpoints(`tcp://127.0.0.1:${await listening(server)}`, 200);
    await sealedLog(world, 1, 1);
    const [seal] = await publishedCheckpoints(world);
    await expect(send(seal ? [seal] : [])).rejects.toThrow('AUDIT_SYSLOG_URL does not answer');
  });
});

/** The embedded database runs each of the 3,600 turns of an hour, which takes half a minute: the first will do there. */
const retentions = [
  [13, 0],
  [84, 3],
  [null, 3],
] as const;

test.each(serverUrl ? retentions : retentions.slice(0, 1))(
  'AU-6 the running service keeps the audit for as many months as the setting says: %s',
  async (keepMonths, left) => {
    const then = new Date();
    then.setUTCMonth(then.getUTCMonth() - 20);
    for (const at of [then, new Date()]) {
      await insertEvents(world, 3, at);
      await sealEvents(world.deps);
    }
    takeTurns();
    const failed: unknown[] = [];
    const sealer = startSealingJob(world.deps, {
      keepMonths,
      destinations: { file: null, remote: new Map() },
      failed: () => (error) => void failed.push(error),
      onLoss: (seal) => void failed.push(seal),
      onUntrustedSeal: (seal) => void failed.push(seal),
    });
    await vi.advanceTimersByTimeAsync(60 * 60 * 1_000);
    await sealer.close();
    const { owner } = world.database;
    const old = await owner.selectFrom('auditEvents').select('seq').where('at', '<=', then).execute();
    expect(failed).toEqual([]);
    expect(old).toHaveLength(left);
  },
);

test('AU-5 the running service seals, publishes checkpoints, and reports a database that is an old copy', async () => {
  const nextTurn = takeTurns();
  const path = join(folder, 'checkpoints.ndjson');
  const destinations = connectCheckpointDestinations({ file: path, syslogUrl: null, http: null });
  const lost: number[] = [];
  const failed: unknown[] = [];
  const sealer = startSealingJob(world.deps, {
    keepMonths: 13,
    destinations,
    failed: () => (error) => void failed.push(error),
    onLoss: (seal) => void lost.push(seal),
    onUntrustedSeal: (seal) => void failed.push(seal),
  });
  closers.push(() => sealer.close());
  const checkpointNumbers = async () =>
    (await Array.fromAsync(readCheckpoints(path))).map(({ number }) => number);
  await insertEvents(world, 3);
  await nextTurn();
  await until('it is sealed', () => findLastSeal(world.deps.db));
  await until('the checkpoint is published', async () => {
    await nextTurn();
    return (await checkpointNumbers()).length > 0;
  });
  expect(await checkpointNumbers()).toEqual([1]);
  const seal = await findLastSeal(world.deps.db);
  expect(Date.parse(seal?.sealedAt ?? '') - Date.parse(seal?.lastAt ?? ''), 'sealed within').toBeLessThan(
    2_000,
  );
  expect(lost).toEqual([]);
  expect(sealer.isLost?.()).toBe(false);

  await world.database.owner.deleteFrom('auditSeals').execute();
  await world.database.owner.deleteFrom('auditEvents').execute();
  await until('the loss is noticed', async () => {
    await nextTurn();
    return lost.length > 0;
  });
  expect(lost).toEqual([1]);
  for (const _ of [1, 2]) {
    const before = (await publishedCheckpoints(world)).length;
    await insertEvents(world, 1);
    await until('it is sealed', async () => {
      await nextTurn();
      return (await publishedCheckpoints(world)).length > before;
    });
    expect(await publishedCheckpoints(world)).toHaveLength(before + 1);
  }
  await until('the checkpoint is published', async () => {
    await nextTurn();
    return (await checkpointNumbers()).length > 1;
  });
  expect(await checkpointNumbers()).toEqual([1, 2]);
  await nextTurn();
  await sealer.close(); // when the round is over
  expect(lost).toEqual([1]);
  expect(sealer.isLost?.()).toBe(true);
  expect(failed).toEqual([]);
});

test('AU-4 a background job that fails is logged once, by its name and without what the error quotes', async () => {
  const nextTurn = takeTurns();
  let tries = 0;
  const refuses = async () => {
    tries += 1;
    throw new Error('ann.canary@example.com is not unique');
  };
  await sealedLog(world, 1, 1);
  const destinations = { file: null, remote: new Map([['http', refuses]]) };
  const log = world.app.log;
  const work = startJobs(world.deps, {
    signingKeyDays: 90,
    destinations,
    sendMail: undefined,
    log,
  });
  closers.push(() => work.close());
  const logged = () => world.logs.filter((line) => line.includes('background job failed'));
  await until('it is tried three times', async () => {
    await nextTurn();
    return tries > 2;
  });
  await work.close();
  expect(logged()).toHaveLength(1);
  expect(JSON.parse(logged()[0] ?? '')).toMatchObject({
    level: 50,
    work: 'checkpoints to http',
    cause: 'Error',
  });
  expect(world.logs.join('')).not.toContain('ann.canary');
});
