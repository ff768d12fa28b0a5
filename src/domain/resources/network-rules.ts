import type { ProblemDetails } from '#model/problem.ts'
import type { Vault } from './records.ts'

export type NetworkAcls = NonNullable<Vault['networkAcls']>

/**
 * From where somebody comes to a vault. `trusted` are services of this instance that act on their own identity: the domain's own code says so,
 * and nothing that a request brings. `private`: by the listener of an approved private endpoint of that very vault.
 */
export type Origin =
  | { readonly way: 'trusted' }
  | { readonly way: 'private' }
  | { readonly way: 'public'; readonly address: string; readonly listed: (rules: NetworkAcls) => boolean }

type Guarded = Pick<Vault, 'publicNetworkAccess' | 'networkAcls'>

/** The order of identity-and-arm.md 3.1; with public access off the bypass still holds (key-vault.md 9). `undefined`: come in. */
export function networkRefusal(vault: Guarded, origin: Origin): ProblemDetails<'NetworkForbidden'> | undefined {
  if (origin.way === 'private') return undefined
  const bypassed = (vault.networkAcls?.bypass ?? 'AzureServices') === 'AzureServices'
  if (isOpen(vault) || (origin.way === 'trusted' && bypassed)) return undefined
  const refused = { bypassed, address: origin.way === 'public' ? origin.address : '' }
  if (vault.publicNetworkAccess === 'Disabled') return { because: 'publicAccess', ...refused }
  return isListed(vault, origin) ? undefined : { because: 'address', ...refused }
}

const isOpen = ({ publicNetworkAccess, networkAcls }: Guarded): boolean =>
  publicNetworkAccess === 'Enabled' && (networkAcls?.defaultAction ?? 'Allow') === 'Allow'
const isListed = ({ networkAcls }: Guarded, origin: Origin): boolean =>
  origin.way === 'public' && networkAcls !== undefined && origin.listed(networkAcls)
