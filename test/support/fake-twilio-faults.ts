import type { ServerResponse } from 'node:http';

/** One of Twilio's refusals, or a way in which a peer can misbehave. */
export type Fault =
  | { readonly code: number; readonly status: number; readonly message: string }
  | '429'
  | '500'
  | '503-html'
  | '200-html'
  | '200-other-json'
  | 'rfc-9457'
  | 'redirect'
  | 'hang'
  | 'trickle'
  | 'hang-up';

const html = '<!doctype html><title>Proxy</title><h1>Something is being repaired</h1>';

/** A refusal in the form that Twilio's 2010 and v2 APIs share. */
export function refuse(response: ServerResponse, status: number, code: number, message: string, extra = {}) {
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  answer(response, status, { code, message, more_info, status, ...extra });
}

export function answer(response: ServerResponse, status: number, body: unknown, type = 'application/json') {
  response.writeHead(status, { 'content-type': type });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** Misbehaves as the fault says. A `hang` and a `trickle` last until the client or the fake hangs up. */
export function misbehave(response: ServerResponse, fault: Fault) {
  if (typeof fault === 'object') return refuse(response, fault.status, fault.code, fault.message);
  switch (fault) {
    case '429':
      return refuse(response, 429, 20429, 'Too Many Requests');
    case '500':
      return refuse(response, 500, 20500, 'Internal Server Error');
    case '503-html':
      return answer(response, 503, html, 'text/html');
    case '200-html':
      return answer(response, 200, html, 'text/html');
    case '200-other-json':
      return answer(response, 200, { ok: true });
    case 'rfc-9457':
      return answer(response, 400, {
        type: 'https://www.twilio.com/docs/errors/21211',
        title: 'Invalid To',
        status: 400,
        code: 21211,
        detail: "The 'To' number is not a valid phone number.",
      });
    case 'redirect':
      response.writeHead(307, { location: '/elsewhere' });
      return response.end();
    case 'hang':
      return;
    case 'trickle':
      return trickle(response);
    case 'hang-up':
      return response.destroy();
  }
}

function trickle(response: ServerResponse) {
  response.writeHead(201, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 10);
  response.on('close', () => clearInterval(timer));
}
