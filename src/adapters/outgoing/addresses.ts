import { ipRanges } from '#model/ip-ranges.ts'

/**
 * What a name must not lead to (security-and-reliability.md 5.7): this machine, its neighbours, what is reserved, and the spellings of IPv6
 * that carry an address of IPv4 inside. An address that cannot be read is none of the public ones.
 */
const denied = ipRanges([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/8',
  '2001::/32',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  // Translated IPv4 (RFC 2765), and all else outside 2000::/3, which alone is given out. Not `::/3`: IPv4 counts as mapped into it.
  '::ffff:0:0:0/96',
  '200::/7',
  '400::/6',
  '800::/5',
  '1000::/4',
  '4000::/2',
  '8000::/1',
])

const readable = ipRanges(['0.0.0.0/0', '::/0'])

/** May a name of the public lead here? IPv4 inside IPv6 counts as what it is. */
export const isPublicAddress = (address: string): boolean => readable.holds(address) && !denied.holds(address)
