import { z } from 'zod'
import type { Scope } from '#model/brands.ts'
import { childScope } from '#domain/resources/scopes.ts'
import { vaultArmId, vaultScope } from '#domain/resources/set-vault.ts'
import { group, secret, subscriptionId, vault } from './params.ts'

/** A secret of a vault in its path on the control plane. */
export const vaultSecretPath =
  '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{vault}/secrets/{secret}'

export const ofVaultSecret = z
  .object({ subscriptionId, group, vault, secret })
  .transform(({ vault, ...rest }) => ({ ...rest, name: vault }))

interface At {
  readonly params: z.output<typeof ofVaultSecret>
}

export const atVaultSecret = ({ params }: At): Scope => childScope(vaultScope(params), `secrets/${params.secret}`)
export const vaultSecretId = ({ params }: At): string => `${vaultArmId(params)}/secrets/${params.secret}`
