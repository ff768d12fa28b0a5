import type { Scope } from '#model/brands.ts'
import type { Vault } from '#domain/resources/records.ts'
import { objectArmId, objectScope, type ObjectName, type ObjectReference } from '#domain/vault-objects/reference.ts'

/** A secret of a vault, in one version or in whichever is the current one. */
export type SecretReference = ObjectReference

/** A secret as it is named in its vault. */
export type SecretName = ObjectName

/** Where a secret stands: what permits for it are asked on (key-vault.md 1.3, step 7). */
export const secretScope = (vault: Pick<Vault, 'scope'>, name: string): Scope => objectScope(vault, 'secrets', name)

/** ARM id of a secret: how audit entries name it. */
export const secretArmId = (named: SecretName): string => objectArmId(named, 'secrets')
