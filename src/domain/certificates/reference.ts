import type { Scope } from '#model/brands.ts'
import { childScope } from '#domain/resources/scopes.ts'
import type { Vault } from '#domain/resources/records.ts'
import { objectArmId, objectScope, type ObjectName, type ObjectReference } from '#domain/vault-objects/reference.ts'

/** A certificate of a vault, in one version or in whichever is the current one. */
export type CertificateReference = ObjectReference

/** A certificate as it is named in its vault. */
export type CertificateName = ObjectName

/** Where a certificate stands: what permits for it are asked on (key-vault.md 1.3, step 7). */
export const certificateScope = (vault: Pick<Vault, 'scope'>, name: string): Scope => objectScope(vault, 'certificates', name)

/** ARM id of a certificate: how audit entries name it. */
export const certificateArmId = (named: CertificateName): string => objectArmId(named, 'certificates')

/** Where an issuer's definition stands. */
export const issuerScope = (vault: Pick<Vault, 'scope'>, name: string): Scope => childScope(vault.scope, `certificatecas/${name}`)
