/** Names of the public cloud that clients have built in, and ours that they lead to for one command (people.md 0.1 decision 7). */
const hosts = [
  ['login.microsoftonline.com', 'login'],
  ['management.azure.com', 'management'],
  ['graph.microsoft.com', 'graph'],
] as const

/** With one label in front, or none where an answer tells the suffix. */
const suffixes = [
  ['vault.azure.net', 'vault'],
  ['managedhsm.azure.net', 'managedhsm'],
  ['blob.core.windows.net', 'blob'],
] as const

/** What a certificate for them says, and what its issuer may vouch for. */
export const publicCertificateNames: readonly string[] = [
  ...hosts.map(([name]) => name),
  ...suffixes.flatMap(([name]) => [name, `*.${name}`]),
]
export const publicBaseNames: readonly string[] = [...hosts, ...suffixes].map(([name]) => name)

export const publicNamesTold = [...hosts.map(([name]) => name), ...suffixes.map(([name]) => `*.${name}`)].join(', ')

/** Between the public spelling of names and ours. */
export interface PublicNames {
  /** Our host for a public one, in lower case; `undefined` for a host that does not lead here. */
  readonly ownOf: (host: string) => string | undefined
  /** Every public name in a text as ours. */
  readonly own: (text: string) => string
  /** Every name of ours in a text as the public one, with no port. */
  readonly public: (text: string) => string
}

const escaped = (name: string): string => name.replaceAll('.', String.raw`\.`)
/** Whole host names alone: neither the end of a longer one nor its beginning. */
const [before, after] = ['(?<![a-z0-9-])', String.raw`(?!\.?[a-z0-9-])`]

export function publicNames(domain: string): PublicNames {
  const pairs = [...hosts, ...suffixes].map(([name, label]) => ({ name, own: `${label}.${domain}` }))
  const ownBy = new Map<string, string>(pairs.map(({ name, own }) => [name, own]))
  const publicBy = new Map<string, string>(pairs.map(({ name, own }) => [own, name]))
  const alternatives = (names: Iterable<string>): string => [...names].map(escaped).join('|')
  const publicPattern = new RegExp(`${before}(${alternatives(ownBy.keys())})(?::443)?${after}`, 'gi')
  const ownPattern = new RegExp(String.raw`${before}(${alternatives(publicBy.keys())})(?::\d{1,5})?${after}`, 'gi')
  const led = new RegExp(`^(?:[a-z0-9-]+\\.)?(?:${alternatives(suffixes.map(([name]) => name))})$`)
  const own = (text: string): string => text.replace(publicPattern, (found, name: string) => ownBy.get(name.toLowerCase()) ?? found)
  return {
    own,
    ownOf: host => (hosts.some(([name]) => name === host) || led.test(host) ? own(host) : undefined),
    public: text => text.replace(ownPattern, (found, name: string) => publicBy.get(name.toLowerCase()) ?? found),
  }
}
