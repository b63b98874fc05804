// Receives security events of Sallyport by push (RFC 8935). Needs the npm package jose 6.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const issuer = process.env.SALLYPORT_ISSUER ?? 'http://127.0.0.1:3000'; // exactly the ISSUER of the service
const audience = process.env.EVENT_AUDIENCE ?? 'https://gateway.example.gov'; // as it was registered
const keys = createRemoteJWKSet(new URL(process.env.SALLYPORT_KEYS ?? `${issuer}/.well-known/jwks.json`));
const required = { typ: 'secevent+jwt', algorithms: ['ES256'], requiredClaims: ['jti', 'sub_id', 'events'] };

const server = createServer(async (request, response) => {
  try {
    const { payload } = await jwtVerify(await text(request), keys, { issuer, audience, ...required });
    // Act here: drop the cached tokens of the session or of the user. Do nothing for a jti that came before.
    console.log(JSON.stringify({ jti: payload.jti, about: payload.sub_id, events: payload.events }));
    response.writeHead(202).end();
  } catch {
    response.writeHead(400, { 'content-type': 'application/json' }).end('{"err":"invalid_request"}');
  }
});
server.listen(Number(process.env.PORT ?? 8090), '127.0.0.1');
