import { createSocket } from 'node:dgram'
import { connect, isIP, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { connect as connectTls } from 'node:tls'
import type { SyslogTarget } from '#model/syslog-target.ts'
import type { Syslog, SyslogMessage } from '#ports/syslog.ts'

/** RFC 5424 6.2.1: log audit. */
const facility = 13
const waitMs = 5_000
/** The byte order mark says that what follows is UTF-8 (RFC 5424 6.4). */
const utf8Mark = '\uFEFF'

/** RFC 5424 6: header, no structured data, the text. */
export function syslogText({ severity, at, kind, text }: SyslogMessage, host: string): string {
  const time = Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'millisecond' })
  return `<${facility * 8 + severity}>1 ${time} ${host} keystead ${process.pid} ${kind} - ${utf8Mark}${text}`
}

/** A connection a message: alarms are rare, and one that was closed on the other side would swallow the first of them. */
export function syslogClient(target: SyslogTarget): Syslog {
  const host = hostname().replace(/[^\x21-\x7e]/g, '') || '-'
  return {
    async send(message) {
      const bytes = Buffer.from(syslogText(message, host))
      return target.kind === 'udp' ? datagram(target, bytes) : streamed(target, bytes)
    },
  }
}

async function datagram({ host, port }: { readonly host: string; readonly port: number }, bytes: Buffer): Promise<void> {
  const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.on('error', reject)
  socket.send(bytes, port, host, error => (error === null ? resolve() : reject(error)))
  try {
    await promise
  } finally {
    socket.close()
  }
}

/** Octet counting (RFC 6587 3.4.1, RFC 5425 4.3). Taken when all of it was sent: the protocol has no word for more. */
async function streamed(target: SyslogTarget, bytes: Buffer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connectedTo(target)
  socket.setTimeout(waitMs, () => socket.destroy(new Error('the collector does not answer')))
  socket.on('error', reject)
  socket.end(Buffer.concat([Buffer.from(`${bytes.length} `), bytes]), () => resolve())
  try {
    await promise
  } finally {
    socket.destroySoon()
  }
}

function connectedTo(target: SyslogTarget): Socket {
  if (target.kind === 'unix') return connect({ path: target.path })
  const { host, port } = target
  return target.kind === 'tls' ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }) }) : connect({ host, port })
}
