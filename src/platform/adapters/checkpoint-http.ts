import { checkpointLine, type SendCheckpoints } from './checkpoint-message.ts';

const timeoutMs = 5_000;

/** Posts each checkpoint as JSON, one after the other. A checkpoint is delivered once the server answers 2xx. */
export function postCheckpoints({ url, token }: { url: string; token: string | null }): SendCheckpoints {
  return async (checkpoints) => {
    const signal = AbortSignal.timeout(timeoutMs); // for all checkpoints together
    for (const checkpoint of checkpoints) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body: checkpointLine(checkpoint),
        redirect: 'error',
        signal,
      });
      await response.body?.cancel();
      if (response.ok) continue;
      const code = `AUDIT_HTTP_${response.status}`; // the log shows the code
      throw Object.assign(new Error(`AUDIT_HTTP_URL answered ${response.status}`), { code });
    }
  };
}
