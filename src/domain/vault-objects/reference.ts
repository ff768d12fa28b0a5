import type { Scope } from '#model/brands.ts'
import { childScope } from '#domain/resources/scopes.ts'
import type { Vault } from '#domain/resources/records.ts'

/** The lists of a vault that objects stand in. */
export type Collection = 'keys' | 'secrets' | 'certificates'

/** An object as it is named in its vault. Names compare without case. */
export interface ObjectName {
  readonly vault: Vault
  readonly name: string
}

/** An object in one version, or in whichever is the current one. */
export interface ObjectReference extends ObjectName {
  /** 32 lower-case hex digits; or `current`, the newest by order of making, disabled or not (key-vault.md 2.7). */
  readonly version: string
}

/** Where an object stands: what permits for it are asked on (key-vault.md 1.3, step 7). */
export const objectScope = (vault: Pick<Vault, 'scope'>, collection: Collection, name: string): Scope =>
  childScope(vault.scope, `${collection}/${name}`)

/** Path of its record. */
export const objectPath = (name: string): readonly [name: string] => [name.toLowerCase()]

/** Its ARM id: how audit entries name it. */
export const objectArmId = ({ vault, name }: ObjectName, collection: Collection): string => `${vault.id}/${collection}/${name}`
