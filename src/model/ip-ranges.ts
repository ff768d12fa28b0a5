import { BlockList, isIPv4, isIPv6, SocketAddress } from 'node:net'

/** An address or a range of them; `prefix` counts the bits that are fixed. */
export interface IpRange {
  readonly address: string
  readonly family: 'ipv4' | 'ipv6'
  readonly prefix: number
}

const bitsOf = { ipv4: 32, ipv6: 128 } as const
/** `::ffff:0:0/96` holds the addresses of IPv4 (RFC 4291 2.5.5.2): a socket shows a peer in either spelling. */
const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/
const mappedBits = 96

/** One spelling an address, IPv4-mapped IPv6 folded; `undefined` for what is none. A zone names an interface of one machine: none either. */
export function canonicalAddress(text: string): Pick<IpRange, 'address' | 'family'> | undefined {
  if (isIPv4(text)) return { address: text, family: 'ipv4' }
  if (!isIPv6(text) || text.includes('%')) return undefined
  const { address } = new SocketAddress({ address: text, family: 'ipv6' })
  const inner = mapped.exec(address)?.[1]
  return inner === undefined ? { address, family: 'ipv6' } : { address: inner, family: 'ipv4' }
}

/** `10.0.0.7`, `10.0.0.0/8`, `2001:db8::/32`; `undefined` for every other text. */
export function parseIpRange(text: string): IpRange | undefined {
  const [, before = '', digits] = /^([0-9a-fA-F.:]{2,45})(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? []
  const found = canonicalAddress(before)
  if (found === undefined) return undefined
  if (digits === undefined) return { ...found, prefix: bitsOf[found.family] }
  // A range of mapped addresses is written in the longer family's bits.
  const folded = found.family === 'ipv4' && before.includes(':')
  const prefix = Number(digits) - (folded ? mappedBits : 0)
  return prefix >= 0 && prefix <= bitsOf[found.family] ? { ...found, prefix } : undefined
}

export interface IpRanges {
  /** False for what is no address. */
  holds(address: string): boolean
}

/** What is no range holds nothing. */
export function ipRanges(texts: readonly string[]): IpRanges {
  const list = new BlockList()
  for (const range of texts.map(parseIpRange)) if (range !== undefined) list.addSubnet(range.address, range.prefix, range.family)
  return {
    holds(text) {
      const found = canonicalAddress(text)
      return found !== undefined && list.check(found.address, found.family)
    },
  }
}
