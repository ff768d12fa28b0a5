import { z } from 'zod'
import type { Scope } from '#model/brands.ts'
import { childScope } from '#domain/resources/scopes.ts'
import { vaultArmId, vaultScope } from '#domain/resources/set-vault.ts'
import { group, key, keyVersion, subscriptionId, vault } from './params.ts'

/** A key of a vault in its path on the control plane. */
export const vaultKeyPath = '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{vault}/keys/{key}'

export const ofVaultKey = z.object({ subscriptionId, group, vault, key }).transform(({ vault, ...rest }) => ({ ...rest, name: vault }))
export const ofVaultKeyVersion = z
  .object({ subscriptionId, group, vault, key, keyVersion })
  .transform(({ vault, ...rest }) => ({ ...rest, name: vault }))

type VaultKeyParams = z.output<typeof ofVaultKey>

export const atVaultKey = ({ params }: { readonly params: VaultKeyParams }): Scope => childScope(vaultScope(params), `keys/${params.key}`)
export const vaultKeyId = ({ params }: { readonly params: VaultKeyParams }): string => `${vaultArmId(params)}/keys/${params.key}`
