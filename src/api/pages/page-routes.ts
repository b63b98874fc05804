import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { takesPasskey } from '../../domain/policy/policy.ts';
import type { App } from '../../platform/http/app-type.ts';
import type { AnswerBrowser } from '../../platform/http/unknown-route.ts';
import { publicRead } from '../access/guard.ts';
import { personAreas } from '../auth/login-schemas.ts';
import { completeDocument } from './page-document.ts';
import type { PageFile, Pages } from './page-files.ts';

/**
 * The headers of the pages. They run scripts of this origin alone, speak to this origin alone, and stand in no frame.
 * No string can become code (Trusted Types). `data:` is for the pictures of QR codes. No form is sent by the browser:
 * scripts send what people type.
 */
const documentHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join(';'),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'x-frame-options': 'DENY', // for browsers older than frame-ancestors
} as const;

const fileHeaders = {
  'cache-control': 'public, max-age=31536000, immutable',
  'cross-origin-resource-policy': 'same-origin',
  vary: 'accept-encoding',
} as const;

type Site = {
  readonly routes: (app: App) => Promise<void>;
  /** Answers a browser that asks for a path at which nothing is. */
  readonly answerBrowser: AnswerBrowser;
};

/**
 * The pages for people. They are static: one document, and files with a hash in their names. All files are in memory,
 * so no path of a request reaches the file system. The routes are not part of the API.
 */
export function pageSite(pages: Pages, options: { readonly docs: boolean }): Site {
  let documentOf: (() => string) | null = null;
  const sendDocument = (reply: FastifyReply) =>
    reply.headers(documentHeaders).type('text/html; charset=utf-8').send(documentOf?.());

  const routes = async (app: App): Promise<void> => {
    const { files } = completeDocument(pages, options);
    documentOf = documents(app, pages, options);
    const hidden = { ...publicRead, schema: { hide: true } };
    // The script of the page reads the query. Duo adds its answer there.
    const page = { ...publicRead, schema: { hide: true, querystring: z.looseObject({}) } };
    for (const path of pages.paths) app.get(path, page, async (_request, reply) => sendDocument(reply));

    for (const [url, file] of [...pages.files, ...files])
      app.get(url, hidden, async (request, reply) => sendFile(request, reply, file));
  };

  const answerBrowser: AnswerBrowser = (request, reply) => {
    if (request.method !== 'GET' || !wantsPage(request)) return false;
    const [path = '', query] = request.url.split(/\?(.*)/s);
    const meant = pages.paths.find((known) => known === path.replace(/\/+$/, ''));
    // One of the known paths, and nothing else of what was asked: `//evil.example/` would name another host.
    if (meant) reply.redirect(query === undefined ? meant : `${meant}?${query}`, 308);
    else sendDocument(reply.code(404)); // its script says that there is no such page
    return true;
  };
  return { routes, answerBrowser };
}

/** Whether a person's browser opens an address. A program asks for JSON, or for anything. */
function wantsPage({ headers }: FastifyRequest): boolean {
  const accepted = String(headers.accept ?? '');
  return /(^|[ ,])text\/html(\s*[;,]|$)/i.test(accepted) && !/[/+]json/i.test(accepted);
}

/** The document as the policies of this moment have it. There are few different ones, and each is made once. */
function documents(app: App, pages: Pages, { docs }: { readonly docs: boolean }): () => string {
  const made = new Map<string, string>();
  return () => {
    const firstFactor = firstFactorsOf(app);
    const key = JSON.stringify(firstFactor);
    const known = made.get(key) ?? completeDocument(pages, { docs, firstFactor }).html;
    made.set(key, known);
    return known;
  };
}

/** Nothing if the policies cannot be read: the page then asks for the password, and the service decides. */
function firstFactorsOf({ deps }: App): Record<string, 'passkey' | 'either'> {
  try {
    const { policies } = deps.policySnapshot();
    const providers = [...deps.providers.values()].filter(({ passkey }) => passkey);
    const areas = personAreas.flatMap((area) => {
      const { firstFactor } = policies[area];
      const opens = providers.some((provider) => takesPasskey(policies[area], provider));
      return firstFactor !== 'password' && opens ? [[area, firstFactor] as const] : [];
    });
    return Object.fromEntries(areas);
  } catch {
    return {};
  }
}

function sendFile(request: FastifyRequest, reply: FastifyReply, { type, bytes, compressed }: PageFile) {
  reply.headers(fileHeaders).type(type);
  const accepted = String(request.headers['accept-encoding'] ?? '');
  for (const coding of ['br', 'gzip'] as const) {
    if (compressed && new RegExp(`(^|[ ,])${coding}(\\s*(,|$))`).test(accepted))
      return reply.header('content-encoding', coding).send(compressed[coding]);
  }
  return reply.send(bytes);
}
