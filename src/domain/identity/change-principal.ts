import { Problem } from '#model/problem.ts'
import { assertPermits, noFacts, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { keepDeleted } from '#domain/deleted-objects/keep-deleted.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { microsoftTenantId, resourcePrincipalOf } from './resource-principals.ts'
import { assertManages, ownedScope } from './owned-scope.ts'
import { makePrincipal, principalById, type HeldPrincipal } from './directory.ts'

export interface PrincipalChange {
  /** Empty takes away what there was; what is not said stays. */
  readonly described?: Readonly<HeldPrincipal['value']['described']>
  readonly enabled?: boolean
  readonly assignmentRequired?: boolean
}

type Write = Permit<'directory.write'>
type Create = Permit<'directory.create'>

/** A principal by its object id. Raises `DirectoryObjectNotFound`. */
export async function foundPrincipal(
  context: Needs<'servicePrincipals'>,
  call: Call,
  named: { readonly tenantId: string; readonly id: string },
): Promise<HeldPrincipal> {
  const held = await principalById(context, call, named.tenantId, named.id)
  if (held === undefined) throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: named.id } })
  return held
}

/** Makes the principal of an application of this tenant, or of another that lets others use it. Raises `InvalidBody` where there is no such application, `Conflict` where it has one. */
export function createPrincipal(
  context: Needs<'servicePrincipals' | 'identity' | 'ground' | 'access'>,
  call: Call,
  request: { readonly permit: Write | Create; readonly tenantId: string; readonly appId: string; readonly owners?: readonly string[] },
): HeldPrincipal {
  const { tenantId } = request
  assertPermits(request.permit, rootScope)
  const appId = request.appId.toLowerCase()
  const application = context.identity.index.applicationFor(tenantId, appId)?.value ?? ofMicrosoft(appId)
  if (application === undefined)
    throw new Problem({
      code: 'InvalidBody',
      details: { name: 'appId', message: `The appId '${appId}' of the service principal does not reference a valid application object.` },
    })
  checkOwn(context, call, { tenantId, appId })
  // Both are rulings: of two calls that find it free at once, the second runs again.
  if (context.identity.index.servicePrincipalOfApp(tenantId, appId) !== undefined)
    throw new Problem({
      code: 'Conflict',
      details: {
        message: `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
      },
    })
  const { displayName, tenantId: home } = application
  return makePrincipal(context, call, {
    tenantId,
    appId,
    displayName,
    kind: 'application',
    ...(home !== tenantId && { homeTenantId: home }),
    owners: [...new Set([...ownersOfNew(context, call), ...(request.owners ?? [])])],
  })
}

/** Who may only make what it owns makes principals of its own applications alone. Raises `DirectoryAccessDenied`. */
function checkOwn(
  context: Needs<'identity' | 'access'>,
  call: Call,
  { tenantId, appId }: { readonly tenantId: string; readonly appId: string },
): void {
  const own = context.identity.index.application(tenantId, appId)?.value
  const on = own === undefined ? rootScope : ownedScope({ set: 'applications', id: own.id })
  if (context.access.judge({ who: call.who, permission: 'directory.write', on, facts: noFacts }).allowed) return
  call.ruling = { allowed: false, because: 'no-directory-right' }
  throw new Problem({ code: 'DirectoryAccessDenied' })
}

/** Whoever has no right in the whole directory owns what it makes. */
export const ownersOfNew = ({ access }: Needs<'access'>, { who }: Call): readonly string[] =>
  access.judge({ who, permission: 'directory.write', on: rootScope, facts: noFacts }).allowed ? [] : [who.id]

/** A tenant may have been made before a service had its principal in it. */
function ofMicrosoft(appId: string): { readonly displayName: string; readonly tenantId: string } | undefined {
  const known = resourcePrincipalOf(appId)
  return known && { displayName: known.displayName, tenantId: microsoftTenantId }
}

/** A disabled principal gets no token, and those that it has count no more; one that wants assignments is for those alone who have one. */
export function changePrincipal(
  context: Needs<'servicePrincipals'>,
  call: Call,
  request: { readonly permit: Write | Create; readonly principal: HeldPrincipal; readonly change: PrincipalChange },
): HeldPrincipal {
  assertManages(request.permit, { set: 'servicePrincipals', id: request.principal.value.id })
  return context.servicePrincipals.update(call, request.principal, {
    ...request.principal.value,
    ...request.change,
    ...(request.change.described !== undefined && { described: { ...request.principal.value.described, ...request.change.described } }),
  })
}

/** For thirty days it can be had back. Raises `Conflict` for a managed identity: it goes with its resource. */
export function deletePrincipal(
  context: Needs<'servicePrincipals' | 'deletedObjects'>,
  call: Call,
  request: { readonly permit: Write; readonly principal: HeldPrincipal },
): void {
  assertManages(request.permit, { set: 'servicePrincipals', id: request.principal.value.id })
  if (request.principal.value.kind === 'managedIdentity')
    throw new Problem({ code: 'Conflict', details: { message: 'A managed identity is deleted with the resource that it belongs to.' } })
  context.servicePrincipals.remove(call, request.principal)
  keepDeleted(context, call, { kind: 'servicePrincipal', value: request.principal.value })
}
