import type { Context } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import type { Vault } from '#domain/resources/records.ts'
import { operation } from '#protocols/http/operation.ts'

/** The vault that the host names, and its URL as the caller spells it (port included, no slash at the end). */
export interface VaultSite {
  readonly vault: Held<Vault, readonly [armId: string]>
  readonly baseUrl: string
}

export const vaultOperation = operation<Context, VaultSite>()
