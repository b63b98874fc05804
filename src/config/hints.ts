import { isNear } from '../is-near.ts';
import { fields } from './fields.ts';

/** What is no fault and yet may not be meant: for the person who reads what a start prints. No value is repeated. */
export function hintsOf(env: NodeJS.ProcessEnv): readonly string[] {
  const filled = Object.keys(env).filter((name) => env[name]?.trim());
  return filled.flatMap(misspelt);
}

const shortest = 6; // shorter names are near to too many
const known = Object.keys(fields);

function misspelt(name: string): readonly string[] {
  if (known.includes(name.replace(/_FILE$/, '')) || name.length < shortest) return [];
  const near = known.find((one) => isNear(name.toUpperCase(), one));
  return near ? [`${name} is no setting, and is not read. Did you mean ${near}?`] : [];
}
