import type { Principal } from '#model/principal.ts'
import type { Permission } from '#domain/access/permissions.ts'
import { noFacts } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { principalAcross, type AcrossNeeds } from '#domain/federation/acting-across.ts'
import { principalById } from '#domain/identity/directory.ts'
import { findKey } from '#domain/keys/find-key.ts'
import type { KeyVersion } from '#domain/keys/records.ts'
import { keyScope, type KeyReference } from '#domain/keys/reference.ts'
import { keyUse } from '#domain/keys/states.ts'
import type { Vault } from '#domain/resources/records.ts'
import { vaultByName } from '#domain/resources/find-vault.ts'
import { networkRefusal } from '#domain/resources/network-rules.ts'
import { parseKeyUrl } from './key-url.ts'
import { identityOf, type ActingSet } from './set-identity.ts'

/** Why a set cannot use its key now; the words are what the audit and the owner read. */
const losses = {
  identity: 'the disk encryption set has no identity any more',
  federation: "the application that the set's identity acts as is unknown in the tenant of the key, or does not trust that identity",
  url: 'the key URL leads nowhere',
  vault: 'the vault is deleted',
  network: "the vault's network rules do not let the disks' service in (bypass)",
  key: 'the key is deleted, or that version of it is gone',
  disabled: 'the key is disabled',
  notYetValid: 'the key is not valid yet',
  expired: 'the key has expired',
  operations: 'the key may not wrap and unwrap (key_ops)',
  access: 'the identity may not get, wrap and unwrap with the key',
} as const

export type Loss = keyof typeof losses

export type Standing =
  | { readonly usable: true; readonly reference: KeyReference; readonly version: KeyVersion }
  | { readonly usable: false; readonly loss: Loss; readonly because: string }

const lost = (loss: Loss): Standing => ({ usable: false, loss, because: losses[loss] })

export type StandingNeeds = Needs<'names' | 'vaults' | 'instance' | 'keys' | 'access' | 'servicePrincipals' | 'applications' | 'identity'>

const needed = ['key.read', 'key.wrap', 'key.unwrap'] as const satisfies readonly Permission[]

/**
 * May and can this set use that key at this moment? Looks at records and rulings alone: nothing is unwrapped. Notes all it read, so that
 * who keeps the answer knows what it hangs on. The window counts for disks in both directions: an expired key stops them
 * (disk-encryption.md A.6), though the vault goes on unwrapping with it.
 */
export async function keyStanding(
  context: StandingNeeds,
  call: Call,
  { set, keyUrl }: { readonly set: ActingSet; readonly keyUrl: string },
): Promise<Standing> {
  if ((await livingIdentity(context, call, set)) === undefined) return lost('identity')
  const reference = await referenceOf(context, call, keyUrl)
  if (typeof reference === 'string') return lost(reference)
  const who = await actingAt(context, call, { set, vault: reference.vault })
  if (who === undefined) return lost('federation')
  if (networkRefusal(reference.vault, { way: 'trusted' }) !== undefined) return lost('network')
  const found = await findKey(context, call, reference)
  if (found === undefined) return lost('key')
  const { state } = keyUse(found.version, call.at)
  if (state !== 'usable') return lost(state)
  if (!found.version.keyOps.includes('wrapKey') || !found.version.keyOps.includes('unwrapKey')) return lost('operations')
  const on = keyScope(reference.vault, reference.name)
  const allowed = needed.every(permission => context.access.judge({ who, permission, on, facts: noFacts }).allowed)
  return allowed ? { usable: true, reference, version: found.version } : lost('access')
}

/** Whom the set acts as at a vault: its identity, or in another tenant the application that trusts it; `undefined` where that one is nobody, or disabled. */
export async function actingAt(
  context: AcrossNeeds,
  call: Call,
  { set, vault }: { readonly set: ActingSet; readonly vault: Pick<Vault, 'tenantId'> },
): Promise<Principal | undefined> {
  const identity = await livingIdentity(context, call, set)
  if (identity === undefined || set.federatedClientId === undefined || vault.tenantId === identity.tenant) return identity
  return principalAcross(context, call, { identity, clientId: set.federatedClientId, tenantId: vault.tenantId })
}

/** The set's principal, while the directory has it. */
async function livingIdentity(context: Needs<'servicePrincipals'>, call: Call, set: ActingSet): Promise<Principal | undefined> {
  const who = identityOf(set)
  if (who?.tenant === undefined) return undefined
  const held = await principalById(context, call, who.tenant, who.id)
  return held?.value.enabled === true ? who : undefined
}

/** Finds the live vault behind a key URL; or says what is missing. */
export async function referenceOf(
  context: Needs<'names' | 'vaults' | 'instance'>,
  call: Call,
  keyUrl: string,
): Promise<KeyReference | 'url' | 'vault'> {
  const url = parseKeyUrl(keyUrl, context.instance.domain)
  if (url === undefined) return 'url'
  const vault = await vaultByName(context, call, url.vault)
  return vault === undefined ? 'vault' : { vault: vault.value, name: url.name, version: url.version }
}
