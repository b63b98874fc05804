import { generateKeyPairSync } from 'node:crypto';
import fastifyJwt from '@fastify/jwt';
import Fastify from 'fastify';
import pg from 'pg';

/**
 * What the same libraries do at best on this machine, in a process of their own: a route that verifies a cached JWT, and
 * one that runs a single small statement. Prints its port and a token, as JSON.
 */
const { privateKey, publicKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const pool = new pg.Pool({ connectionString: process.argv[2] ?? '', max: 10 });
const app = Fastify();
await app.register(fastifyJwt, {
  secret: { private: privateKey, public: publicKey },
  sign: { algorithm: 'ES256', expiresIn: '1h' },
  verify: { algorithms: ['ES256'], cache: true },
});
app.get('/jwt', async (request) => {
  await request.jwtVerify();
  return { data: 'sensitive' };
});
await pool.query(
  'create table if not exists bench_reference (id integer primary key, count integer not null)',
);
await pool.query(
  'insert into bench_reference select i, 0 from generate_series(1, 30000) i on conflict do nothing',
);
let id = 0;
app.get('/statement', async () => {
  id = (id % 30_000) + 1;
  const text = 'update bench_reference set count = count + 1 where id = $1 returning count';
  const { rows } = await pool.query({ name: 'one', text, values: [id] });
  return rows[0];
});
await app.listen({ host: '127.0.0.1', port: 0 });
const address = app.server.address();
const port = typeof address === 'object' ? address?.port : null;
process.stdout.write(`${JSON.stringify({ port, token: app.jwt.sign({ sub: 'bench' }) })}\n`);
process.once('SIGTERM', () => process.exit(0));
