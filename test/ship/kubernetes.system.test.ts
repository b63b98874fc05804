import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readConfig, variableNames } from '../../src/service/config/config.ts';
import { apiRoutes } from '../support/api-routes.ts';
import { readDocument } from '../support/document.ts';
import { useWorld } from '../support/use-world.ts';

// biome-ignore lint/suspicious/noExplicitAny: the manifest may hold anything, and the test fails on what is missing
type Manifest = any;

const run = promisify(execFile);
const hasKubectl = await run('kubectl', ['version', '--client']).then(
  () => true,
  () => false,
);
const { version } = JSON.parse(readDocument('package.json'));
const folder = join(import.meta.dirname, '../../ops/kubernetes');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.yaml'),
);
const manifests = files.flatMap((file) =>
  parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => {
    expect(document.errors).toEqual([]);
    return { file, manifest: document.toJS() as Manifest };
  }),
);

function named(kind: string, name = 'sallyport'): Manifest {
  return manifests.find(({ manifest: one }) => one.kind === kind && one.metadata?.name === name)?.manifest;
}

const deployment = named('Deployment');
const pod = deployment.spec.template.spec;
const [container] = pod.containers;
const job = named('Job', 'sallyport-migrate').spec.template.spec;
const portOf = (name: string) => container.ports.find((port: Manifest) => port.name === name)?.containerPort;

const kustomizationOf = (part: string): Manifest =>
  manifests.find(({ file }) => file === `${part}/kustomization.yaml`)?.manifest;

/** What `kubectl apply --kustomize` of a folder brings. */
function resourcesOf(part: string): readonly Manifest[] {
  return kustomizationOf(part).resources.flatMap((name: string) =>
    name.startsWith('../')
      ? resourcesOf(name.slice(3))
      : manifests.filter(({ file }) => file === `${part}/${name}`).map(({ manifest }) => manifest),
  );
}

test.each(['service', 'migrate', 'configuration'])('%s lists the files that are there', (part) => {
  const own = files.filter((file) => file.startsWith(`${part}/`)).map((file) => basename(file));
  const { namespace, resources } = kustomizationOf(part);
  const listed = resources.filter((name: string) => !name.startsWith('../'));
  expect(own.filter((file) => file !== 'kustomization.yaml').sort()).toEqual(listed.sort());
  expect(namespace).toBe(named('Namespace').metadata.name);
});

test.each(['service', 'migrate'])('%s needs nothing but itself, the namespace and the Secrets', (part) => {
  const resources = resourcesOf(part);
  const names = (kind: string) =>
    resources.filter((one) => one.kind === kind).map((one) => one.metadata.name);
  const secrets = manifests.filter(({ manifest: one }) => one.kind === 'Secret' && one.metadata.namespace);
  const made = secrets.map(({ manifest: one }) => one.metadata.name);
  const containers = resources.flatMap((one) => one.spec?.template?.spec.containers ?? []);
  expect(containers).toHaveLength(1);
  for (const { image, envFrom } of containers) {
    expect(kustomizationOf(part).images).toEqual([
      { name: image, newName: 'registry.example.gov/sallyport', newTag: version },
    ]);
    for (const { configMapRef, secretRef } of envFrom) {
      if (configMapRef) expect(names('ConfigMap')).toContain(configMapRef.name);
      else expect(made).toContain(secretRef.name);
    }
  }
});

test('what is applied first makes the namespace first, and a Job is deleted before the next of its name', () => {
  const [first] = manifests.filter(({ file }) => file === 'secret.example.yaml');
  expect(first?.manifest.kind).toBe('Namespace');
  const steps = [
    'kubectl apply --filename',
    'delete job sallyport-migrate',
    'apply --kustomize ops/kubernetes/migrate',
    'wait --for=condition=complete',
    'apply --kustomize ops/kubernetes/service',
  ].map((step) => readDocument('docs/operations.md').indexOf(step));
  expect(steps).not.toContain(-1);
  expect(steps).toEqual(steps.toSorted((one, other) => one - other));
});

test.runIf(hasKubectl).each(['service', 'migrate'])('%s is what kustomize understands', async (part) => {
  const { stdout } = await run('kubectl', ['kustomize', join(folder, part)]);
  const made = parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
  const inOrder = (all: readonly Manifest[]) => all.map((one) => `${one.kind} ${one.metadata.name}`).sort();
  expect(inOrder(made)).toEqual(inOrder(resourcesOf(part)));
  for (const one of made) expect(one.metadata.namespace).toBe('sallyport');
});

test.each([
  ['the service', pod],
  ['the migration', job],
])('%s keeps to the restricted profile of Pod Security', (_what, spec) => {
  expect(spec.securityContext).toMatchObject({
    runAsNonRoot: true,
    runAsUser: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  expect(spec.automountServiceAccountToken).toBe(false);
  for (const name of ['hostNetwork', 'hostPID', 'hostIPC']) expect(spec).not.toHaveProperty(name);
  for (const { securityContext, resources } of spec.containers) {
    expect(securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(Object.keys(resources.limits)).toEqual(['memory']);
    expect(Object.keys(resources.requests)).toEqual(['cpu', 'memory']);
  }
});

test('stops no instance before what it has under way is through', () => {
  const text = readFileSync(join(folder, '../../src/service/serve.ts'), 'utf8');
  const seconds = ['lingerMs', 'closeMs'].map((name) => {
    const [, ms = ''] = new RegExp(`${name} = ([\\d_]+)`).exec(text) ?? [];
    return Number(ms.replace('_', '')) / 1000;
  });
  expect(seconds).toEqual([1, 10]);
  expect(named('ConfigMap').data).not.toHaveProperty('DRAIN_SECONDS'); // so it is 5
  expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(5 + 11);
  expect(deployment.spec.strategy.rollingUpdate.maxUnavailable).toBe(0);
  expect(named('PodDisruptionBudget').spec.minAvailable).toBeLessThan(deployment.spec.replicas);
});

describe('the ports', () => {
  const { data } = named('ConfigMap');

  test('are those that the service listens on', () => {
    expect(portOf('http')).toBe(readConfig({}).http.port);
    expect(portOf('metrics')).toBe(Number(data.METRICS_PORT));
    const { annotations } = deployment.spec.template.metadata;
    expect(annotations['prometheus.io/port']).toBe(data.METRICS_PORT);
  });

  test('are let through, and no others', () => {
    expect(named('Service').spec.ports).toEqual([{ name: 'http', port: 80, targetPort: 'http' }]);
    const { ingress, policyTypes } = named('NetworkPolicy').spec;
    expect(policyTypes).toEqual(['Ingress', 'Egress']);
    const open = ingress.flatMap(({ ports }: Manifest) => ports.map(({ port }: Manifest) => port));
    expect(open).toEqual([portOf('http'), portOf('metrics')]);
  });
});

test('what selects pods, selects these', () => {
  const { labels } = deployment.spec.template.metadata;
  expect(deployment.spec.selector.matchLabels).toEqual(labels);
  expect(named('Service').spec.selector).toEqual(labels);
  expect(named('PodDisruptionBudget').spec.selector.matchLabels).toEqual(labels);
  expect(labels).toMatchObject(named('NetworkPolicy').spec.podSelector.matchLabels);
});

describe('the environment', () => {
  const { data } = named('ConfigMap');
  const secrets = ['sallyport', 'sallyport-migrate'].map((name) => named('Secret', name).stringData);

  test('names variables of the service', () => {
    const names = [data, ...secrets].flatMap((one) => Object.keys(one));
    expect(names.filter((name) => !variableNames.includes(name))).toEqual([]);
    expect(job.containers[0].command).toEqual(['node', 'src/cli.ts', 'migrate']);
  });

  test('is one that the service starts with, once there are secrets', () => {
    const made = {
      NODE_ENV: 'production', // as the Dockerfile says
      HOST: '0.0.0.0',
      DATABASE_URL: 'postgres://login:4mPq@db.example.gov:5432/sallyport?sslmode=verify-full',
      VAULT_KEYS: 'k1:GpK1yXo0ZrbmCPB9nXcfYd7uJ5qvTg2LwzRk8sEhVaM=',
    };
    expect(readConfig({ ...data, ...made })).toMatchObject({ production: true });
  });

  test('has no secret in it: what stands for one is refused', () => {
    for (const [name, value] of secrets.flatMap((one) => Object.entries<string>(one)))
      expect(() => readConfig({ NODE_ENV: 'production', [name]: value })).toThrow(`at ${name}`);
    expect(Object.keys(data).filter((name) => /KEY|SECRET|TOKEN|_URL/.test(name))).toEqual([]);
  });
});

describe('the probes', () => {
  const world = useWorld();

  test('ask routes that answer', async () => {
    const { startupProbe, livenessProbe, readinessProbe } = container;
    const paths = [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet.path);
    expect(paths).toEqual(['/health/live', '/health/live', '/health/ready']);
    const routes = (await apiRoutes(world)).map(({ path }) => path);
    for (const path of paths) {
      expect(routes).toContain(path);
      expect((await world.call('GET', path)).status).toBe(200);
    }
  });
});
