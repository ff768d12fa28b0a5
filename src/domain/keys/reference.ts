import type { Scope } from '#model/brands.ts'
import { childScope } from '#domain/resources/scopes.ts'
import type { Vault } from '#domain/resources/records.ts'

/** A key of a vault, in one version or in whichever is the current one. Names compare without case. */
export interface KeyReference {
  readonly vault: Vault
  readonly name: string
  /** 32 lower-case hex digits; or `current`, the newest by order of making, disabled or not (key-vault.md 2.7). */
  readonly version: string
}

/** A key as it is named in its vault. */
export type KeyName = Pick<KeyReference, 'vault' | 'name'>

/** Where a key stands: what permits for it are asked on (key-vault.md 1.3, step 7). */
export const keyScope = (vault: Pick<Vault, 'scope'>, name: string): Scope => childScope(vault.scope, `keys/${name}`)

/** Path of a key's record. */
export const keyPath = (name: string): readonly [name: string] => [name.toLowerCase()]

/** ARM id of a key: how audit entries name it. */
export const keyArmId = ({ vault, name }: KeyName): string => `${vault.id}/keys/${name}`
