import type { ServerResponse } from 'node:http';

/** What the real one has been seen to do, or anything that stands between. */
export const duoFaults = ['500', '429', 'html', 'hang', 'cut', 'huge', 'trickle', 'empty'] as const;
export type DuoFault = (typeof duoFaults)[number];

/** What the calls of an opening challenge would take. */
const fine = { result: 'allow', devices: [], txid: 'x' };

export function misbehave(response: ServerResponse, fault: DuoFault) {
  switch (fault) {
    case '500':
      return answer(response, 500, { stat: 'FAIL', code: 50001, message: 'Unknown internal server error' });
    case '429':
      return answer(response, 429, { stat: 'FAIL', code: 42901, message: 'Too Many Requests' });
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' });
      return void response.end('<html><body>Duo/1.0 is being looked after</body></html>');
    case 'hang':
      return;
    case 'cut':
      return void response.destroy();
    case 'huge':
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end(
        JSON.stringify({ stat: 'OK', response: { ...fine, more: 'x'.repeat(300_000) } }),
      );
    case 'trickle': {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 200);
      return void response.once('close', () => clearInterval(drip));
    }
    case 'empty':
      return void response.writeHead(200).end();
  }
}

export function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

export function fail(response: ServerResponse, code: number, message: string, detail?: string): void {
  const status = Number(String(code).slice(0, 3));
  answer(response, status, {
    stat: 'FAIL',
    code,
    message,
    ...(detail !== undefined && { message_detail: detail }),
  });
}
