import { ipRanges, type IpRanges } from '#model/ip-ranges.ts'
import { Problem } from '#model/problem.ts'
import { networkRefusal, type NetworkAcls } from '#domain/resources/network-rules.ts'
import type { Vault } from '#domain/resources/records.ts'

/** The vault's own network rules, by the address of the peer (key-vault.md 9). Raises `NetworkForbidden`. */
export interface Firewall {
  /** `isPrivate`: came by an approved private endpoint of this very vault. */
  admit(vault: Vault, from: { readonly address: string; readonly isPrivate: boolean }): void
}

export function createFirewall(): Firewall {
  // Of the record as it was decoded: a changed vault brings another.
  const known = new WeakMap<NetworkAcls, IpRanges>()
  function rangesOf(rules: NetworkAcls): IpRanges {
    const ranges = known.get(rules) ?? ipRanges(rules.ipRules.map(({ value }) => value))
    known.set(rules, ranges)
    return ranges
  }
  return {
    admit(vault, { address, isPrivate }) {
      const refused = isPrivate
        ? networkRefusal(vault, { way: 'private' })
        : networkRefusal(vault, { way: 'public', address, listed: rules => rangesOf(rules).holds(address) })
      if (refused !== undefined) throw new Problem({ code: 'NetworkForbidden', details: refused })
    },
  }
}
