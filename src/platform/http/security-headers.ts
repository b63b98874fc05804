import helmet from '@fastify/helmet';
import Fastify from 'fastify';

/**
 * What helmet sends for an API that serves no pages (OWASP REST Security). It works its headers out anew at each
 * request, and they are always the same: so it is asked once.
 */
export async function securityHeaders(): Promise<Readonly<Record<string, string>>> {
  const app = Fastify();
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: true },
    referrerPolicy: { policy: 'no-referrer' },
    // For pages, of which there are none:
    crossOriginOpenerPolicy: false,
    crossOriginResourcePolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xFrameOptions: false, // frame-ancestors says it
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
  const bare = await Fastify().inject('/');
  const { headers } = await app.inject('/');
  const added = Object.entries(headers).filter(([name]) => !(name in bare.headers));
  return Object.fromEntries(added.map(([name, value]) => [name, String(value)]));
}
