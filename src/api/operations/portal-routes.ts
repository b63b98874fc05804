import type { App } from '../../platform/http/app-type.ts';
import { publicRoute } from '../access/guard.ts';

/**
 * Password managers and browsers find the pages of the portal by these routes. One URL is for password changes (W3C, a
 * well-known URL for changing passwords). The other is for the enrolment and management of passkeys (W3C, passkey
 * endpoints). The routes are not part of the API, so the OpenAPI document does not contain them.
 */
export async function portalRoutes(app: App): Promise<void> {
  const { portalUrl, providers } = app.deps;
  const hidden = { onRequest: publicRoute, schema: { hide: true } };

  app.get('/.well-known/change-password', hidden, async (_request, reply) => {
    reply.redirect(`${portalUrl}/change-password`, 302);
    return reply;
  });

  if (!providers.has('webauthn')) return;
  app.get('/.well-known/passkey-endpoints', hidden, async (_request, reply) => {
    reply.header('cache-control', 'public, max-age=300');
    return { enroll: `${portalUrl}/enroll`, manage: `${portalUrl}/factors` };
  });
}
