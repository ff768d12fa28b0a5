interface Address {
  readonly bits: bigint
  readonly width: 32 | 128
}

interface Block extends Address {
  readonly prefix: number
}

function ipv4(text: string): Address | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(part => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return undefined
  return { bits: parts.reduce((bits, part) => bits * 256n + BigInt(part), 0n), width: 32 }
}

function groupsOf(text: string): readonly string[] | undefined {
  if (text === '') return []
  const groups = text.split(':')
  const last = groups.at(-1) ?? ''
  const embedded = last.includes('.') ? ipv4(last) : undefined
  if (last.includes('.') && embedded === undefined) return undefined
  const hex = (bits: bigint): string => bits.toString(16)
  const all = embedded === undefined ? groups : [...groups.slice(0, -1), hex(embedded.bits >> 16n), hex(embedded.bits & 0xffffn)]
  return all.every(group => /^[0-9a-f]{1,4}$/i.test(group)) ? all : undefined
}

/** The eight groups: `::` stands for as many zeros as are missing. */
function allGroups(text: string): readonly string[] | undefined {
  const [head, tail, ...more] = text.split('::').map(groupsOf)
  if (head === undefined || more.length > 0) return undefined
  if (!text.includes('::')) return head.length === 8 ? head : undefined
  const missing = 8 - head.length - (tail?.length ?? 8)
  return missing < 1 || tail === undefined ? undefined : [...head, ...Array.from({ length: missing }, () => '0'), ...tail]
}

function ipv6(text: string): Address | undefined {
  const groups = allGroups(text)
  if (groups === undefined) return undefined
  const bits = groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n)
  // An IPv4 caller on a socket of both families is that IPv4 address (RFC 4291, 2.5.5.2).
  return bits >> 32n === 0xffffn ? { bits: bits & 0xffff_ffffn, width: 32 } : { bits, width: 128 }
}

const addressOf = (text: string): Address | undefined => (text.includes(':') ? ipv6(text) : ipv4(text))

/** An address, or a block as `203.0.113.0/24`, `2001:db8::/32`; `undefined`: neither. */
export function blockOf(text: string): Block | undefined {
  const [start = '', length, ...more] = text.split('/')
  const address = addressOf(start)
  if (address === undefined || more.length > 0) return undefined
  if (length === undefined) return { ...address, prefix: address.width }
  if (!/^\d{1,3}$/.test(length)) return undefined
  // `::ffff:a.b.c.d/96+n` is a block of IPv4 addresses.
  const prefix = Number(length) - (start.includes(':') && address.width === 32 ? 96 : 0)
  return prefix >= 0 && prefix <= address.width ? { ...address, prefix } : undefined
}

export function isWithin(address: string, block: Block): boolean {
  const said = addressOf(address)
  if (said?.width !== block.width) return false
  const rest = BigInt(block.width - block.prefix)
  return said.bits >> rest === block.bits >> rest
}
