import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { findKey } from '#domain/keys/find-key.ts'
import type { Vault } from '#domain/resources/records.ts'
import { invalid, refused } from '#domain/resources/arm-refusal.ts'
import { referenceOf } from './key-standing.ts'
import type { KeyForSet } from './records.ts'

export interface KeyChoice {
  readonly activeKey: KeyForSet
  readonly subscriptionId: string
  readonly tenantId: string
  readonly location: string
  readonly follows: boolean
  /** Its identity acts as an application, which may be known in other tenants. */
  readonly federatedClientId: string | undefined
  /** The key is not the one that the set has already. */
  readonly anew: boolean
}

export type SetKeyNeeds = Needs<'names' | 'vaults' | 'instance' | 'keys'>

const target = 'activeKey.keyUrl'

/**
 * May a set point there? A version of an RSA key, in a vault of the same tenant and region; one of another subscription without naming the
 * vault (disk-encryption.md A.1; requirements E11); purge protection where the set follows its key (E12). Raises `ArmRefused`.
 */
export async function assertKeyFits(context: SetKeyNeeds, call: Call, choice: KeyChoice): Promise<void> {
  const { activeKey, anew } = choice
  const reference = await referenceOf(context, call, activeKey.keyUrl)
  if (typeof reference === 'string') {
    // An old key that is gone does not keep anybody from changing the tags.
    if (!anew && !choice.follows) return
    throw reference === 'url' ? notVersioned() : refused(400, { code: 'KeyVaultNotFound', message: vaultGone, target })
  }
  const { vault } = reference
  if (choice.follows && !vault.enablePurgeProtection) throw unprotected(vault)
  if (!anew) return
  assertVaultFits(vault, choice)
  const found = await findKey(context, call, reference)
  if (found === undefined) {
    const message = `The key '${activeKey.keyUrl}' was not found: it is deleted, or there is no such version.`
    throw refused(400, { code: 'KeyVaultKeyNotFound', message, target })
  }
  const { spec } = found.version
  if (!spec.startsWith('RSA-')) throw invalid(target, `A ${spec} key cannot protect disks: RSA keys of 2048, 3072 and 4096 bits can.`)
}

const vaultGone = 'There is no key vault behind the key URL in this installation.'

const notVersioned = () =>
  invalid(target, 'The key URL must name a key of a vault of this installation in one version: https://{vault}/keys/{name}/{version}.')

const unprotected = ({ name }: Vault) =>
  invalid(
    'rotationToLatestKeyVersionEnabled',
    `The key vault '${name}' must have purge protection before a disk encryption set can follow its keys: set enablePurgeProtection.`,
  )

function assertVaultFits(vault: Vault, { activeKey, subscriptionId, tenantId, location, federatedClientId }: KeyChoice): void {
  if (vault.tenantId !== tenantId && federatedClientId === undefined)
    throw invalid(target, `The key vault '${vault.name}' is in another tenant than the disk encryption set.`)
  if (vault.location !== location)
    throw invalid(
      target,
      `The key vault '${vault.name}' is in the region '${vault.location}', the disk encryption set in '${location}'. They must be in one region.`,
    )
  const { sourceVaultId } = activeKey
  if (sourceVaultId === undefined) return
  // First: where a vault of another subscription is, and maybe of another tenant, is not this caller's to learn.
  if (!vault.id.toLowerCase().startsWith(`/subscriptions/${subscriptionId}/`))
    throw invalid('activeKey.sourceVault', 'A source vault must not be named when it is in another subscription: leave it out.')
  if (sourceVaultId.toLowerCase() !== vault.id.toLowerCase())
    throw invalid('activeKey.sourceVault', `The source vault is not the vault of the key URL, which is '${vault.id}'.`)
}
