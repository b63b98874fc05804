import type { App } from '../../platform/http/app-type.ts';
import { publicRoute } from '../access/guard.ts';

/**
 * Browsers read `/.well-known/webauthn` at the domain of the credentials: it names the pages of other domains that may
 * use them (WebAuthn 5.11). Password managers and browsers find the pages of the portal by these routes. One URL is for password changes (W3C, a
 * well-known URL for changing passwords). The other is for the enrolment and management of passkeys (W3C, passkey
 * endpoints). The routes are not part of the API, so the OpenAPI document does not contain them.
 */
export function portalRoutes(relatedOrigins: readonly string[]) {
  return async (app: App): Promise<void> => describePortal(app, relatedOrigins);
}

function describePortal(app: App, relatedOrigins: readonly string[]): void {
  const { portalUrl, providers } = app.deps;
  const hidden = { onRequest: publicRoute, schema: { hide: true } };

  app.get('/.well-known/change-password', hidden, async (_request, reply) => {
    reply.redirect(`${portalUrl}/change-password`, 302);
    return reply;
  });

  if (!providers.has('webauthn')) return;
  if (relatedOrigins.length > 0)
    app.get('/.well-known/webauthn', hidden, async (_request, reply) => {
      reply.header('cache-control', 'public, max-age=300');
      return { origins: relatedOrigins };
    });
  app.get('/.well-known/passkey-endpoints', hidden, async (_request, reply) => {
    reply.header('cache-control', 'public, max-age=300');
    return { enroll: `${portalUrl}/enroll`, manage: `${portalUrl}/factors` };
  });
}
