import type { FastifyReply } from 'fastify';

/** 202: nobody has decided yet; when to ask again, in seconds (RFC 9110 10.2.3). */
export function pending(reply: FastifyReply, seconds: number) {
  reply.code(202).header('retry-after', seconds);
  return { status: 'pending' as const, retry_after: seconds };
}
