import { lookup } from 'node:dns/promises'
import { BlockList, isIPv6 } from 'node:net'

/** Addresses that a name from outside must never lead to (security-and-reliability.md 5.7); the list checks IPv4-mapped ones as what they map. */
const denied = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  denied.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  denied.addSubnet(net, bits, 'ipv6')

export const isPublicAddress = (address: string): boolean => !denied.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')

/** Resolves a name once; `undefined` where any of its addresses is not a public one: whoever connects takes this address, and asks no resolver again. */
export async function publicAddressOf(host: string): Promise<string | undefined> {
  const found = await lookup(host, { all: true })
  return found.every(({ address }) => isPublicAddress(address)) ? found[0]?.address : undefined
}
