import { stepsBetween } from '../../lib/steps-between.ts';
import { secretNames } from './secret-files.ts';
import { fields } from './variables.ts';

const known: readonly string[] = [...Object.keys(fields), ...secretNames.map((name) => `${name}_FILE`)];
/** Names of other programs in an `.env`: Node, PostgreSQL's driver, OpenTelemetry, Docker and compose.yaml. */
const ofOthers =
  /^(NODE|NPM|UV|OTEL|COMPOSE|DOCKER|SSL|LC)_|^PG[A-Z]+$|^(TZ|LANG|PATH|HOME|DEBUG|(NO|FORCE)_COLOR|(HTTPS?|ALL|NO)_PROXY|(POSTGRES|SERVICE)_PASSWORD)$/i;

/** Null if the name is a setting of ours or of another program. Else the nearest setting, or '' if none is near. */
export function nearestName(name: string): string | null {
  if (known.includes(name)) return null;
  const near = nearest(name, ofOthers.test(name) ? 1 : Math.max(1, Math.floor(name.length / 3)));
  return near ?? (ofOthers.test(name) ? null : '');
}

/** The setting that the operator probably meant. Undefined if none is near enough. */
export function likelyName(name: string): string | undefined {
  return nearest(name, name.length < 8 ? 1 : 2);
}

/**
 * Warns about names in the environment that nearly match a setting. The environment contains many other names, so the
 * match is strict.
 */
export function misspeltNames(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.keys(env).flatMap((name) => {
    const meant = known.includes(name) ? undefined : likelyName(name);
    return meant === undefined
      ? []
      : [
          `${name} in the environment is not a setting of Sallyport, so it has no effect. Did you mean ${meant}?`,
        ];
  });
}

function nearest(name: string, most: number): string | undefined {
  const upper = name.toUpperCase();
  return known
    .map((other) => ({ other, steps: stepsBetween(upper, other, most) }))
    .filter(({ steps }) => steps <= most)
    .sort((a, b) => a.steps - b.steps)[0]?.other;
}
