export type SyslogTarget =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'udp' | 'tcp' | 'tls'; readonly host: string; readonly port: number }

/** Ports that stand for themselves (RFC 5426, 6587, 5425). */
const usual = { udp: 514, tcp: 601, tls: 6_514 } as const
const kinds = ['udp', 'tcp', 'tls'] as const

/** `unix:/path`, `udp:host`, `tcp:host:port`, `tls:[::1]:6514`; `undefined` where it is none. */
export function parseSyslogTarget(text: string): SyslogTarget | undefined {
  if (text.startsWith('unix:/')) return { kind: 'unix', path: text.slice('unix:'.length) }
  const parts = /^(udp|tcp|tls):(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9.-]+))(?::(\d{1,5}))?$/.exec(text)
  const kind = kinds.find(one => one === parts?.[1])
  if (parts === null || kind === undefined) return undefined
  const [, , address, name, number] = parts
  const port = number === undefined ? usual[kind] : Number(number)
  return port >= 1 && port <= 65_535 ? { kind, host: address ?? name ?? '', port } : undefined
}
