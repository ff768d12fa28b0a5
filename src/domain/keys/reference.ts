import type { Scope } from '#model/brands.ts'
import type { Vault } from '#domain/resources/records.ts'
import { objectArmId, objectScope, type ObjectName, type ObjectReference } from '#domain/vault-objects/reference.ts'

/** A key of a vault, in one version or in whichever is the current one. */
export type KeyReference = ObjectReference

/** A key as it is named in its vault. */
export type KeyName = ObjectName

/** Where a key stands: what permits for it are asked on (key-vault.md 1.3, step 7). */
export const keyScope = (vault: Pick<Vault, 'scope'>, name: string): Scope => objectScope(vault, 'keys', name)

/** ARM id of a key: how audit entries name it. */
export const keyArmId = (named: KeyName): string => objectArmId(named, 'keys')
