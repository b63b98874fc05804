// Verifies an access token of Sallyport. Needs the npm package jose 6.
import { createRemoteJWKSet, jwtVerify } from 'jose';

const issuer = process.env.SALLYPORT_ISSUER ?? 'http://127.0.0.1:3000'; // exactly the ISSUER of the service
const keysUrl = process.env.SALLYPORT_KEYS ?? `${issuer}/.well-known/jwks.json`;

// Keeps the keys for five minutes. Reads them again for an unknown kid, at most every 30 seconds.
const keys = createRemoteJWKSet(new URL(keysUrl), { cacheMaxAge: 300_000, cooldownDuration: 30_000 });

/** Returns the claims of a token that is for this area and has this scope. Throws for any other token. */
export async function verifyToken(token: string, { area, scope }: { area: string; scope: string }) {
  const { payload } = await jwtVerify(token, keys, {
    algorithms: ['ES256'],
    typ: 'at+jwt',
    issuer,
    audience: `${issuer}/areas/${area}`,
    requiredClaims: ['exp', 'sub', 'scope', 'acr'],
  });
  if (!String(payload.scope).split(' ').includes(scope)) throw new Error(`the scope ${scope} is missing`);
  return payload;
}

// Reads a token from standard input and prints its subject: node verify-token.ts vendor data:read <token.txt
if (import.meta.main) {
  const [area = 'vendor', scope = 'data:read'] = process.argv.slice(2);
  let token = '';
  for await (const chunk of process.stdin) token += chunk;
  await verifyToken(token.trim(), { area, scope }).then(
    ({ sub }) => console.log(sub),
    (error) => {
      console.error(`Refused: ${error.message}`);
      process.exitCode = 1;
    },
  );
}
