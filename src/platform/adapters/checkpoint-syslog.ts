import { once } from 'node:events';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import type { Severity } from '../../domain/audit/severity.ts';
import { checkpointLine, type GradedCheckpoint, type SendCheckpoints } from './checkpoint-message.ts';

const logAudit = 13 * 8; // the facility (RFC 5424 6.2.1)
const levels: Readonly<Record<Severity, number>> = { info: 5, warning: 4, critical: 2 };
const usualPorts: Readonly<Record<string, number>> = { 'tls:': 6514, 'tcp:': 601 };

/**
 * Syslog (RFC 5424) over TLS (RFC 5425) or TCP, each message after its length (RFC 6587 3.4.1). A syslog server sends
 * no answer. So a checkpoint counts as delivered once it has left this machine and the connection has closed without an
 * error.
 */
export function syslogCheckpoints(url: string, timeoutMs = 5_000): SendCheckpoints {
  const { protocol, hostname: host, port } = new URL(url);
  const where = { host: host.replace(/^\[|\]$/g, ''), port: Number(port) || usualPorts[protocol] || 0 };
  const secure = protocol === 'tls:';

  return async (checkpoints) => {
    const socket = secure ? connectTls(where) : connect(where);
    const silent = Object.assign(new Error('AUDIT_SYSLOG_URL does not answer'), {
      code: 'AUDIT_SYSLOG_TIMEOUT',
    });
    const giveUp = () => socket.destroy(silent);
    const deadline = setTimeout(giveUp, timeoutMs); // the whole delivery: an endless sender is never idle
    try {
      await once(socket, secure ? 'secureConnect' : 'connect');
      for (const checkpoint of checkpoints) socket.write(frame(message(checkpoint)));
      socket.end();
      socket.resume();
      await once(socket, 'close');
    } finally {
      clearTimeout(deadline);
      socket.destroy();
    }
  };
}

function message(checkpoint: GradedCheckpoint): string {
  const { sealedAt: at, severity = 'info' } = checkpoint;
  const text = checkpointLine(checkpoint);
  return `<${logAudit + levels[severity]}>1 ${at} ${hostname()} sallyport ${process.pid} audit-checkpoint - ${text}`;
}

function frame(text: string): string {
  return `${Buffer.byteLength(text)} ${text}`;
}
