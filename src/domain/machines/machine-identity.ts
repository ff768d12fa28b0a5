import { Problem } from '#model/problem.ts'
import type { ManagedIdentity } from '#domain/identity/issue-managed-token.ts'
import type { VirtualMachine } from './records.ts'

/** How a program in a machine says which of its identities it means; at most one of them. */
export interface IdentitySelector {
  readonly clientId?: string | undefined
  readonly objectId?: string | undefined
  readonly resourceId?: string | undefined
}

/**
 * The identity of this machine that is meant; never one that the machine does not have, whatever is asked (identity-and-arm.md 1.9). Without a
 * word its own, else the only user-assigned one. Raises `IdentityUnknown`, `InvalidParameter`.
 */
export function identityOfMachine({ tenantId, identity }: VirtualMachine, selector: IdentitySelector): ManagedIdentity {
  const given = Object.entries(selector).filter(([, value]) => value !== undefined)
  if (given.length > 1)
    throw new Problem({
      code: 'InvalidParameter',
      details: { name: 'client_id', message: 'Only one of client_id, object_id and msi_res_id can be given.' },
    })
  const own = identity?.principalId === undefined ? [] : [{ id: undefined, principalId: identity.principalId, clientId: identity.clientId }]
  const assigned = identity?.userAssigned ?? []
  const [only, ...more] = given.length > 0 ? [...own, ...assigned].filter(one => isMeant(one, selector)) : own.length > 0 ? own : assigned
  if (only === undefined) throw new Problem({ code: 'IdentityUnknown' })
  if (more.length > 0)
    throw new Problem({
      code: 'InvalidParameter',
      details: {
        name: 'client_id',
        message: 'Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request',
      },
    })
  return { tenantId, principalId: only.principalId }
}

interface Candidate {
  readonly id: string | undefined
  readonly principalId: string
  readonly clientId?: string | undefined
}

const same = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && one.toLowerCase() === other?.toLowerCase()

const isMeant = ({ id, principalId, clientId }: Candidate, selector: IdentitySelector): boolean =>
  same(clientId, selector.clientId) || same(principalId, selector.objectId) || same(id, selector.resourceId)
