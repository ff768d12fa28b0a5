import type { Principal } from '#model/principal.ts'
import type { DiskEncryptionSet } from './records.ts'

/** What an identity needs to know of a set: who it is, and how a refusal names it. */
export type ActingSet = Pick<DiskEncryptionSet, 'id' | 'name' | 'identity' | 'federatedClientId'>

/** Whom a set acts as at its vault: its own identity where it has one, else the first user-assigned one; `undefined` with neither. */
export function identityOf({ identity }: ActingSet): Principal | undefined {
  const own = identity.principalId === undefined ? undefined : { principalId: identity.principalId, clientId: identity.clientId }
  const acting = own ?? identity.userAssigned[0]
  if (acting === undefined) return undefined
  return {
    id: acting.principalId,
    kind: 'managedIdentity',
    ...(identity.tenantId !== undefined && { tenant: identity.tenantId }),
    ...(acting.clientId !== undefined && { appId: acting.clientId }),
  }
}

/** As a refusal names it: the set, or the identity that somebody else manages (disk-encryption.md A.1). */
export function nameOfIdentity({ name, identity }: ActingSet): string {
  const [assigned] = identity.userAssigned
  return identity.principalId === undefined && assigned !== undefined
    ? `the user assigned identity ${assigned.id}`
    : `the disk encryption set ${name}`
}
