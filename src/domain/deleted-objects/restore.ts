import { Problem } from '#model/problem.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { checkIdentifierUris } from '#domain/identity/check-api.ts'
import type { Application, ServicePrincipal, User } from '#domain/identity/records.ts'
import { resourcePrincipalOf } from '#domain/identity/resource-principals.ts'
import { checkUserName, signedOut } from '#domain/identity/users.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { moveMaterial } from './keep-deleted.ts'
import { keptDeletedMs, type DeletedObject } from './records.ts'

export type HeldDeleted = Held<DeletedObject, readonly [id: string]>

type RestoreNeeds = Needs<
  'deletedObjects' | 'users' | 'groups' | 'applications' | 'servicePrincipals' | 'tenants' | 'identity' | 'instance' | 'store' | 'ground'
>

/** Raises `DirectoryObjectNotFound`. */
export async function deletedById(
  context: Needs<'deletedObjects'>,
  call: Call,
  named: { readonly tenantId: string; readonly id: string },
): Promise<HeldDeleted> {
  const held = await context.deletedObjects.get(call, compartmentOfGuid(named.tenantId), [named.id.toLowerCase()])
  if (held === undefined || call.at >= held.value.deletedAt + keptDeletedMs)
    throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: named.id } })
  return held
}

/**
 * The object as it was, with its memberships, its credentials and what was assigned to it; what it had signed in with before stays ended.
 * An application brings the principal that went with it. Raises `InvalidBody` where its name is another's by now.
 */
export async function restoreDeleted(
  context: RestoreNeeds,
  call: Call,
  request: { readonly permit: Permit<'directory.write'>; readonly deleted: HeldDeleted },
): Promise<DeletedObject['object']> {
  const { permit, deleted } = request
  assertPermits(permit, rootScope)
  const { object } = deleted.value
  if (object.kind === 'user') await restoreUser(context, call, { deleted, user: object.value })
  else if (object.kind === 'group') context.groups.create(call, deleted.compartment, { path: deleted.path, value: object.value })
  else if (object.kind === 'application') restoreApplication(context, call, { deleted, application: object.value })
  else restorePrincipal(context, call, { deleted, principal: object.value })
  context.deletedObjects.remove(call, deleted)
  return object
}

async function restoreUser(
  context: RestoreNeeds,
  call: Call,
  { deleted, user }: { readonly deleted: HeldDeleted; readonly user: User },
): Promise<void> {
  const tenant = await context.tenants.get(call, deleted.compartment, [user.tenantId])
  if (tenant === undefined) throw new Error('a deleted user of a tenant that is not there')
  checkUserName(context, tenant.value, { name: user.userPrincipalName, of: user.id })
  context.users.create(call, deleted.compartment, { path: deleted.path, value: signedOut(user, call) })
  if (user.password === undefined) return
  const { version } = user.password
  await moveMaterial(context, call, {
    from: { id: deleted.id, version },
    to: { id: context.users.idOf(deleted.compartment, [user.id]), version },
  })
}

function restoreApplication(
  context: RestoreNeeds,
  call: Call,
  { deleted, application }: { readonly deleted: HeldDeleted; readonly application: Application },
): void {
  const { identity, instance } = context
  checkIdentifierUris(application.identifierUris, {
    application,
    domain: instance.domain,
    others: uri => identity.index.applicationsNamed(uri),
  })
  context.applications.create(call, deleted.compartment, { path: deleted.path, value: application })
  for (const held of context.deletedObjects.all(call, deleted.compartment, ({ value }) => isDeletedWith(value, application.id))) {
    if (held.value.object.kind !== 'servicePrincipal') continue
    create(context, call, { deleted: held, principal: held.value.object.value })
    context.deletedObjects.remove(call, held)
  }
}

/** The principal went with the application. */
export const isDeletedWith = ({ object }: DeletedObject, applicationId: string): boolean =>
  object.kind === 'servicePrincipal' && object.with === applicationId

function restorePrincipal(
  context: RestoreNeeds,
  call: Call,
  restoring: { readonly deleted: HeldDeleted; readonly principal: ServicePrincipal },
): void {
  const { tenantId, appId } = restoring.principal
  const { index } = context.identity
  if (index.applicationFor(tenantId, appId) === undefined && resourcePrincipalOf(appId) === undefined)
    throw refused(`The appId '${appId}' of the service principal does not reference a valid application object.`)
  if (index.servicePrincipalOfApp(tenantId, appId) !== undefined)
    throw refused(`The service principal cannot be restored because the service principal name ${appId} is already in use.`)
  create(context, call, restoring)
}

/** Tokens of before its deletion count no more. */
function create(
  context: RestoreNeeds,
  call: Call,
  { deleted, principal }: { readonly deleted: HeldDeleted; readonly principal: ServicePrincipal },
): void {
  context.servicePrincipals.create(call, deleted.compartment, { path: deleted.path, value: { ...principal, tokensValidFrom: call.at } })
}

const refused = (message: string): Problem => new Problem({ code: 'InvalidBody', details: { message } })
