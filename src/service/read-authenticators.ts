import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { AuthenticatorModels } from '../features/mfa/providers/webauthn-credential.ts';
import type { RelyingParty } from './config/public-urls.ts';

const aaguid = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be an AAGUID in small letters, or *');
const models = z.record(
  z.union([z.literal('*'), aaguid]),
  z.strictObject({ name: z.string().min(1).max(64), allowed: z.boolean().default(true) }),
);

/** The relying party with the models of its file, if the configuration names one. */
export function withModels(party: RelyingParty | null) {
  if (!party) return null;
  const { modelsFile, ...rest } = party;
  return { ...rest, ...(modelsFile !== undefined && { models: readAuthenticators(modelsFile) }) };
}

/** The file of WEBAUTHN_AUTHENTICATORS_FILE. Throws if it cannot be read, or is not as docs/webauthn.md says. */
function readAuthenticators(path: string): AuthenticatorModels {
  try {
    return models.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? `: ${z.prettifyError(cause)}` : '';
    throw new Error(`WEBAUTHN_AUTHENTICATORS_FILE: ${path} cannot be used${why}`, { cause });
  }
}
