/** A host that may be reached from here, as the operator named it. */
export interface AllowedHost {
  /** Lower case; `*.example.org` stands for every name below. */
  readonly host: string
  readonly port: number
}

const entryShape = /^(\*\.)?([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*)(?::(\d{1,5}))?$/
export const httpsPort = 443

/** `host`, `host:port` or `*.suffix[:port]`; `undefined` for what is none. */
export function parseAllowedHost(text: string): AllowedHost | undefined {
  const [, wildcard = '', name = '', port] = entryShape.exec(text.trim().toLowerCase()) ?? []
  const number = port === undefined ? httpsPort : Number(port)
  if (name === '' || number < 1 || number > 65_535) return undefined
  return { host: `${wildcard}${name}`, port: number }
}
