export type SyslogTarget =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'udp' | 'tcp' | 'tls'; readonly host: string; readonly port: number }

/** Ports that stand for themselves (RFC 5426, 6587, 5425). */
const usual = { udp: 514, tcp: 601, tls: 6_514 } as const

/** `unix:/path`, `udp:host`, `tcp:host:port`, `tls:[::1]:6514`; `undefined` where it is none. */
export function parseSyslogTarget(text: string): SyslogTarget | undefined {
  if (text.startsWith('unix:/')) return { kind: 'unix', path: text.slice('unix:'.length) }
  const parts = /^(udp|tcp|tls):(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9.-]+))(?::(\d{1,5}))?$/.exec(text)
  const kind = parts?.[1]
  if (kind !== 'udp' && kind !== 'tcp' && kind !== 'tls') return undefined
  const port = parts?.[4] === undefined ? usual[kind] : Number(parts[4])
  return port < 1 || port > 65_535 ? undefined : { kind, host: parts?.[2] ?? parts?.[3] ?? '', port }
}
