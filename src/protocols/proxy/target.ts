/** Which names a proxy serves (people.md 0.1 decisions 1 and 6). */
export interface ServedNames {
  readonly domain: string
  /** The TLS port of this instance. */
  readonly tlsPort: number
  /** `login.microsoftonline.com` is answered here, for one request alone. */
  readonly discoveryAlias: boolean
  /** The public cloud's names lead here too, for one command that asked for it (decision 7): our host for such a one. */
  readonly publicHost?: (host: string) => string | undefined
  /** Hosts outside that a command asked to reach: exact names in lower case. */
  readonly pass?: ReadonlySet<string>
}

export type Target =
  | { readonly to: 'instance' | 'discovery' | 'public'; readonly host: string }
  | { readonly to: 'outside'; readonly host: string; readonly port: number }
  /** `reason` is fit for a reason phrase: several clients show nothing else. */
  | {
      readonly to: 'nobody'
      readonly host: string
      readonly reason: 'Malformed-target' | 'Host-not-served-by-Keystead' | 'Port-not-served-by-Keystead'
    }

export const discoveryHost = 'login.microsoftonline.com'
const ownAddresses: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])
/** A-labels only, and no name longer than DNS has. */
const hostName = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/

/** Judges a CONNECT's target. Own names are never resolved: nothing can be bound anew, nothing else reached (people.md 0.6). */
export function judgeTarget(authority: string, served: ServedNames): Target {
  const asked = parsedAuthority(authority)
  if (asked === undefined) return refused('', 'Malformed-target')
  const { host, port } = asked
  const what = named(host, served)
  if (what === undefined)
    return served.pass?.has(host) === true ? { to: 'outside', host, port } : refused(host, 'Host-not-served-by-Keystead')
  const ports = { loopback: [served.tlsPort], domain: [443, served.tlsPort], discovery: [443], public: [443] }[what]
  if (!ports.includes(port)) return refused(host, 'Port-not-served-by-Keystead')
  return { to: what === 'discovery' || what === 'public' ? what : 'instance', host }
}

function parsedAuthority(authority: string): { readonly host: string; readonly port: number } | undefined {
  const [, name, port] = /^(\[[0-9a-f:.]{2,45}\]|[^\s:[\]@/]+):(\d{1,5})$/.exec(authority.toLowerCase()) ?? []
  if (name === undefined || port === undefined) return undefined
  const host = name.endsWith('.') ? name.slice(0, -1) : name
  return hostName.test(host) || host.startsWith('[') ? { host, port: Number(port) } : undefined
}

function named(
  host: string,
  { domain, discoveryAlias, publicHost }: ServedNames,
): 'loopback' | 'domain' | 'discovery' | 'public' | undefined {
  if (ownAddresses.has(host)) return 'loopback'
  if (host === domain || host.endsWith(`.${domain}`)) return 'domain'
  if (publicHost?.(host) !== undefined) return 'public'
  return discoveryAlias && host === discoveryHost ? 'discovery' : undefined
}

const refused = (host: string, reason: (Target & { readonly to: 'nobody' })['reason']): Target => ({ to: 'nobody', host, reason })
