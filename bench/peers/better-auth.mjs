import { createServer } from 'node:http';
import { hash, verify } from '@node-rs/argon2';
import { betterAuth } from 'better-auth';
import { hashPassword, symmetricEncrypt } from 'better-auth/crypto';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { twoFactor } from 'better-auth/plugins';
import pg from 'pg';

/**
 * better-auth with its defaults, on PostgreSQL, with users and pending logins. It listens on three ports: as it is, with
 * the cookie cache of sessions, and with argon2id in place of its scrypt. Prints the ports as JSON.
 */
const { url, secret, password, totpSecret, users, pending } = JSON.parse(process.argv[2]);
const pool = new pg.Pool({ connectionString: url, max: 10 });
const shared = {
  database: pool,
  secret,
  emailAndPassword: { enabled: true },
  plugins: [twoFactor()],
  rateLimit: { enabled: false }, // one client sends everything
  logger: { level: 'error' },
};
const argon2id = {
  hash: (text) => hash(text, { memoryCost: 19_456, timeCost: 2, parallelism: 1 }),
  verify: ({ hash: stored, password: text }) => verify(stored, text),
};
await (await getMigrations(shared)).runMigrations();
await seed('scrypt', await hashPassword(password), users);
await seed('argon2id', await argon2id.hash(password), users);
await seed('pending', 'none', pending);
await pool.query(
  `insert into "twoFactor" (id, secret, "backupCodes", "userId", verified, "failedVerificationCount")
    select id, $1, $1, id, true, 0 from "user" where id like 'pending%'`,
  [await symmetricEncrypt({ key: secret, data: totpSecret })],
);
await pool.query(
  `insert into verification (id, identifier, value, "expiresAt", "updatedAt")
    select kind || id, kind || '2fa-' || id, case kind when '' then id else '0' end, now() + interval '10 minutes', now()
    from "user", (values (''), ('2fa-attempts-')) kinds (kind) where id like 'pending%'`,
);
await pool.query('analyze');

const ports = {
  plain: await serve({}),
  cached: await serve({ session: { cookieCache: { enabled: true, maxAge: 600 } } }),
  argon2id: await serve({ emailAndPassword: { enabled: true, password: argon2id } }),
};
process.stdout.write(`${JSON.stringify(ports)}\n`);
process.once('SIGTERM', () => process.exit(0));

async function seed(kind, passwordHash, count) {
  await pool.query(
    `insert into "user" (id, name, email, "emailVerified", "twoFactorEnabled")
      select $1 || i, 'Bench', $1 || i || '@bench.example', true, $1 = 'pending' from generate_series(0, $2::int - 1) i`,
    [kind, count],
  );
  await pool.query(
    `insert into account (id, "accountId", "providerId", "userId", password, "updatedAt")
      select id, id, 'credential', id, $2, now() from "user" where id like $1 || '%'`,
    [kind, passwordHash],
  );
}

async function serve(options) {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const auth = betterAuth({ ...shared, baseURL: `http://127.0.0.1:${port}`, ...options });
  server.on('request', toNodeHandler(auth));
  return port;
}
