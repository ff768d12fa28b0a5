/** A range of IPv4 addresses as numbers: `first` to `last`. */
export interface Ipv4Subnet {
  readonly first: number
  readonly last: number
}

const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/

const numberOf = (address: string): number | undefined => {
  const parts = octets.exec(address)?.slice(1).map(Number)
  return parts === undefined || parts.some(part => part > 255) ? undefined : parts.reduce((all, part) => all * 256 + part, 0)
}

/** `10.0.0.0/24`; `undefined` for what is none, or has bits set behind its prefix: the service refuses those too. */
export function parseIpv4Subnet(text: string): Ipv4Subnet | undefined {
  const [, address = '', digits = ''] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? []
  const [first, prefix] = [numberOf(address), Number(digits)]
  const size = 2 ** (32 - prefix)
  return first === undefined || digits === '' || prefix > 32 || first % size !== 0 ? undefined : { first, last: first + size - 1 }
}

export const subnetHolds = (outer: Ipv4Subnet, inner: Ipv4Subnet): boolean => outer.first <= inner.first && inner.last <= outer.last

/** The cloud keeps the first four addresses of a subnet and the last one for itself. */
export function usableAddresses({ first, last }: Ipv4Subnet): Ipv4Subnet {
  return { first: first + 4, last: last - 1 }
}

export const ipv4Text = (address: number): string =>
  [24, 16, 8, 0].map(shift => (Math.floor(address / 2 ** shift) % 256).toString()).join('.')

/** The lowest address of a subnet that is not taken; `undefined` where there is none. */
export function freeAddress(subnet: Ipv4Subnet, taken: ReadonlySet<string>): string | undefined {
  const { first, last } = usableAddresses(subnet)
  for (let address = first; address <= last; address++) {
    const text = ipv4Text(address)
    if (!taken.has(text)) return text
  }
  return undefined
}

/** Is this one of the subnet's addresses that somebody can have? */
export function canHave(subnet: Ipv4Subnet, address: string): boolean {
  const { first, last } = usableAddresses(subnet)
  const found = numberOf(address)
  return found !== undefined && first <= found && found <= last
}
