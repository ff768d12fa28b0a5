import { BlockList, isIPv6 } from 'node:net'
import { Problem } from '#model/problem.ts'
import type { Vault } from '#domain/resources/records.ts'

type NetworkAcls = NonNullable<Vault['networkAcls']>

/** The vault's own network rules, by the address of the peer (key-vault.md 9). Raises `NetworkForbidden`. */
export interface Firewall {
  admit(vault: Vault, address: string): void
}

/** `undefined` for what is no rule: it opens nothing. */
function addRule(list: BlockList, value: string): void {
  const [address = '', prefix] = value.split('/')
  const family = isIPv6(address) ? 'ipv6' : 'ipv4'
  try {
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  } catch {
    // A rule that is no address matches none.
  }
}

function compiled({ ipRules }: NetworkAcls): BlockList {
  const list = new BlockList()
  for (const { value } of ipRules) addRule(list, value)
  return list
}

export function createFirewall(): Firewall {
  // Of the record as it was decoded: a changed vault brings another.
  const lists = new WeakMap<NetworkAcls, BlockList>()
  return {
    admit({ publicNetworkAccess, networkAcls }, address) {
      const bypassed = (networkAcls?.bypass ?? 'AzureServices') === 'AzureServices'
      if (publicNetworkAccess === 'Disabled')
        throw new Problem({ code: 'NetworkForbidden', details: { because: 'publicAccess', bypassed, address } })
      if (networkAcls === undefined || networkAcls.defaultAction === 'Allow') return
      const list = lists.get(networkAcls) ?? compiled(networkAcls)
      lists.set(networkAcls, list)
      if (!list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4'))
        throw new Problem({ code: 'NetworkForbidden', details: { because: 'address', bypassed, address } })
    },
  }
}
