import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig, variableNames } from '../../src/service/config/config.ts';

type Service = {
  readonly environment: Readonly<Record<string, string | null>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly [name: string]: unknown;
};

const text = readFileSync(join(import.meta.dirname, '../../compose.yaml'), 'utf8');
const { services }: { services: Record<string, Service> } = parse(text, { merge: true });
const { sallyport, migrate, postgres, redis } = services;

test.each(Object.entries(services))('%s may do nothing that it need not', (_name, service) => {
  expect(service).toMatchObject({
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  });
  expect(service).not.toHaveProperty('privileged');
});

test.each([postgres, redis])('%# runs as no root and says how it does', (service) => {
  expect(service?.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  expect(service).toHaveProperty('healthcheck');
});

test('images are of a major version, never of the latest', () => {
  for (const { image, build } of Object.values(services)) if (!build) expect(image).toMatch(/^[a-z]+:\d+$/);
});

test('the service starts once the database is up to date, and is reached by this machine alone', () => {
  expect(sallyport?.depends_on?.migrate?.condition).toBe('service_completed_successfully');
  expect(migrate?.depends_on?.postgres?.condition).toBe('service_healthy');
  expect(migrate?.command).toEqual(['node', 'src/cli.ts', 'migrate']);
  expect(migrate?.environment).toHaveProperty('MIGRATION_DATABASE_URL');
  expect(sallyport?.environment).not.toHaveProperty('MIGRATION_DATABASE_URL');
  expect(sallyport?.ports).toEqual(['127.0.0.1:3000:3000']);
  for (const service of [migrate, postgres, redis]) expect(service).not.toHaveProperty('ports');
});

describe('the environment', () => {
  const environment = sallyport?.environment ?? {};

  test('names variables of the service, and every one that the container does not decide', () => {
    const decided = [
      'HOST', // 0.0.0.0 in the container, whose port this machine alone sees
      'PORT',
      'DATA_DIR', // there is a PostgreSQL
      'ALLOW_EMBEDDED_IN_PRODUCTION',
      'MIGRATION_DATABASE_URL', // for the migration alone
    ];
    const named = Object.keys(environment);
    expect(named.filter((name) => !variableNames.includes(name))).toEqual([]);
    expect(variableNames.filter((name) => ![...named, ...decided].includes(name))).toEqual([]);
  });

  test('passes on every setting that .env.example documents, as it is set or not at all', () => {
    const example = readFileSync(join(import.meta.dirname, '../../.env.example'), 'utf8');
    const documented = [...example.matchAll(/^(?:# )?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name ?? '');
    expect(documented.length).toBeGreaterThan(40);
    const inside = ['HOST', 'PORT', 'DATA_DIR', 'ALLOW_EMBEDDED_IN_PRODUCTION']; // see above
    const everywhere = { ...migrate?.environment, ...environment };
    expect(documented.filter((name) => !(name in everywhere) && !inside.includes(name))).toEqual([]);
    const made = ['NODE_ENV', 'DATABASE_URL', 'MIGRATION_DATABASE_URL', 'REDIS_URL'];
    for (const name of documented.filter((one) => one in everywhere && !made.includes(one)))
      expect(everywhere[name] ?? `\${${name}:-}`, name).toMatch(new RegExp(`^\\$\\{${name}:`));
  });

  test.each(['POSTGRES_PASSWORD', 'SERVICE_PASSWORD', 'VAULT_KEYS', 'ISSUER'])(
    'has no default for %s and says what to do',
    (name) => {
      const uses = [...text.matchAll(new RegExp(`\\$\\{${name}([^}]*)\\}`, 'g'))];
      expect(uses.length).toBeGreaterThan(0);
      for (const [, rest] of uses) expect(rest).toMatch(/^:\?set it to /);
    },
  );

  test('is one that the service starts with, once that is set', () => {
    const set: Record<string, string> = {
      POSTGRES_PASSWORD: 'a3f29c',
      SERVICE_PASSWORD: 'b7d10e',
      VAULT_KEYS: 'k1:GpK1yXo0ZrbmCPB9nXcfYd7uJ5qvTg2LwzRk8sEhVaM=',
      ISSUER: 'https://login.example.gov',
    };
    const filled = Object.entries(environment).map(([name, value]) => [
      name,
      (value ?? '').replace(
        /\$\{(\w+)(?::[?-]([^}]*))?\}/g,
        (_all, used: string, rest = '') => set[used] ?? rest,
      ),
    ]);
    const config = readConfig(Object.fromEntries(filled));
    expect(config).toMatchObject({ production: true, http: { trustProxyHops: 1 } });
    expect(config.database.url).toBe('postgres://sallyport_app:b7d10e@postgres:5432/sallyport');
  });
});
