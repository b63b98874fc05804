// An API with one route that asks for a second factor. It asks Sallyport about each request.
import express, { type NextFunction, type Request, type Response } from 'express';

const sallyport = process.env.SALLYPORT_URL ?? 'http://127.0.0.1:3000';
const accepted = ['urn:sallyport:acr:2r', 'urn:sallyport:acr:2', 'phr']; // AAL2 of NIST SP 800-63B
const weak = `Bearer error="insufficient_user_authentication", acr_values="${accepted.join(' ')}"`; // RFC 9470

async function secondFactor(request: Request, response: Response, next: NextFunction): Promise<void> {
  const headers = new Headers({ 'x-forwarded-for': request.ip ?? '' });
  for (const name of ['authorization', 'x-mfa-token', 'user-agent']) {
    const value = request.get(name);
    if (value !== undefined) headers.set(name, value);
  }
  // Sallyport uses up the code. Ask once, and keep no answer.
  const answer = await fetch(`${sallyport}/auth/forward?area=vendor&scope=data:read&mfa=required`, {
    headers,
    redirect: 'manual',
    signal: AbortSignal.timeout(5_000),
  }).catch(() => null);
  const header = (name: string) => answer?.headers.get(name) ?? '';
  const passOn = (...names: string[]) => {
    for (const name of names) if (header(name) !== '') response.set(name, header(name));
  };

  if (answer?.status === 200 && accepted.includes(header('x-auth-acr'))) {
    passOn('x-mfa-warning', 'x-mfa-backup-codes-remaining'); // the client used a recovery code
    response.locals.caller = { subject: header('x-auth-subject'), acr: header('x-auth-acr') };
    next();
  } else if (answer?.status === 200) {
    refuse(response.set('www-authenticate', weak), 403);
  } else if (answer && [400, 401, 403, 429].includes(answer.status)) {
    passOn('www-authenticate', 'retry-after');
    refuse(response, answer.status, await answer.text());
  } else {
    refuse(response, 503);
  }
}

function refuse(response: Response, status: number, body = JSON.stringify({ type: 'about:blank', status })) {
  response.status(status).type('application/problem+json').send(body);
}

const app = express();

app.get('/api/report', secondFactor, (_request, response) => {
  response.json(response.locals.caller);
});

app.listen(Number(process.env.PORT ?? 8000), '127.0.0.1');
