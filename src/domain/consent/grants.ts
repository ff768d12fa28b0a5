import { Problem } from '#model/problem.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import type { HeldGrant } from './grant-index.ts'

type Write = Permit<'directory.write'>

export interface NewPermissionGrant {
  /** Object ids of the two principals. */
  readonly clientId: string
  readonly resourceId: string
  /** The user that it is for; everybody where there is none. */
  readonly principalId?: string | undefined
  readonly scopes: readonly string[]
}

const scopesMax = 100
const refused = (message: string): Problem => new Problem({ code: 'InvalidBody', details: { message } })

/** A consent of the tenant's. Raises `DirectoryObjectNotFound`. */
export async function grantById(
  context: Needs<'permissionGrants'>,
  call: Call,
  named: { readonly tenantId: string; readonly id: string },
): Promise<HeldGrant> {
  const held = await context.permissionGrants.get(call, compartmentOfGuid(named.tenantId), [named.id.toLowerCase()])
  if (held === undefined) throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: named.id } })
  return held
}

/** Consent that a client acts for users at a resource. Raises `InvalidBody` for a principal or user that is not there, `Conflict` where the two have one for the same. */
export function grantPermission(
  context: Needs<'permissionGrants' | 'identity' | 'ground'>,
  call: Call,
  request: { readonly permit: Write; readonly tenantId: string; readonly grant: NewPermissionGrant },
): HeldGrant {
  const { permit, tenantId, grant } = request
  assertPermits(permit, rootScope)
  const { index, consent } = context.identity
  const [clientId, resourceId, principalId] = [grant.clientId, grant.resourceId, grant.principalId].map(id => id?.toLowerCase())
  if (clientId === undefined || index.servicePrincipal(tenantId, clientId) === undefined)
    throw refused("Property 'clientId' names no service principal of the tenant.")
  if (resourceId === undefined || index.servicePrincipal(tenantId, resourceId) === undefined)
    throw refused("Property 'resourceId' names no service principal of the tenant.")
  if (principalId !== undefined && index.user(tenantId, principalId) === undefined)
    throw refused("Property 'principalId' names no user of the tenant.")
  if (consent.between(clientId, resourceId).some(({ value }) => value.principalId === principalId))
    throw new Problem({ code: 'Conflict', details: { message: 'Permission entry already exists.' } })
  const id = context.ground.random.uuid()
  return context.permissionGrants.create(call, compartmentOfGuid(tenantId), {
    path: [id],
    value: { id, tenantId, clientId, resourceId, scopes: checked(grant.scopes), ...(principalId !== undefined && { principalId }) },
  })
}

/** What is consented to from the next request on: the whole of it. */
export function changeGrant(
  context: Needs<'permissionGrants'>,
  call: Call,
  request: { readonly permit: Write; readonly grant: HeldGrant; readonly scopes: readonly string[] },
): HeldGrant {
  assertPermits(request.permit, rootScope)
  return context.permissionGrants.update(call, request.grant, { ...request.grant.value, scopes: checked(request.scopes) })
}

export function removeGrant(
  context: Needs<'permissionGrants'>,
  call: Call,
  request: { readonly permit: Write; readonly grant: HeldGrant },
): void {
  assertPermits(request.permit, rootScope)
  context.permissionGrants.remove(call, request.grant)
}

function checked(scopes: readonly string[]): string[] {
  const given = [...new Set(scopes)]
  if (given.length > scopesMax) throw refused(`A grant has ${scopesMax} scopes at most.`)
  return given
}
