import { removeAppRolesOf } from '#domain/app-roles/assignments.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { sweepMember } from '#domain/groups/sweep-memberships.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import { newPassword, stagePepper } from './client-secrets.ts'
import { azureCli } from './azure-cli.ts'
import type { Application, PasswordCredential, ServicePrincipal, Tenant } from './records.ts'
import { microsoftTenantId, resourcePrincipals } from './resource-principals.ts'
import { makeSigningKey } from './signing-keys.ts'

export type HeldApplication = Held<Application, readonly [id: string]>
export type HeldPrincipal = Held<ServicePrincipal, readonly [id: string]>

/** A tenant with its compartment, its pepper, its first signing key, az's public client and the principals of the services. */
export async function createTenant(
  context: Needs<'tenants' | 'applications' | 'servicePrincipals' | 'signingKeys' | 'ground' | 'module'>,
  call: Call,
  wanted: { readonly tenantId: string; readonly displayName: string; readonly domains: readonly string[] },
): Promise<Held<Tenant, readonly [tenantId: string]>> {
  const { tenantId, displayName, domains } = wanted
  const compartment = compartmentOfGuid(tenantId)
  // Once: what is sealed in one try must open in the next.
  const compartmentKey = await call.once(`compartment of ${tenantId}`, async () => context.ground.barrier.newCompartment(compartment))
  call.materials.push({ compartmentKey })
  const value = { tenantId, displayName, domains: [...domains], createdAt: call.at }
  const tenant = context.tenants.create(call, compartment, { path: [tenantId], value })
  stagePepper(context, call, tenantId)
  await makeSigningKey(context, call, { tenantId, signsFrom: call.at })
  makeApplication(context, call, { tenantId, ...azureCli, publicClient: true })
  makePrincipal(context, call, { tenantId, ...azureCli, kind: 'application' })
  for (const { appId, displayName: of } of resourcePrincipals)
    makePrincipal(context, call, { tenantId, appId, displayName: of, kind: 'application', homeTenantId: microsoftTenantId })
  return tenant
}

/** The principal by its object id, as it stands in this call. */
export async function principalById(
  context: Needs<'servicePrincipals'>,
  call: Call,
  ...[tenantId, oid]: readonly [tenantId: string, oid: string]
): Promise<HeldPrincipal | undefined> {
  return context.servicePrincipals.get(call, compartmentOfGuid(tenantId), [oid.toLowerCase()])
}

/** An application and its principal in its own tenant; without a credential yet. */
export async function createApplication(
  context: Needs<'applications' | 'servicePrincipals' | 'ground'>,
  call: Call,
  wanted: { readonly tenantId: string; readonly displayName: string; readonly directoryRight?: 'read' | 'write' },
): Promise<{ readonly application: HeldApplication; readonly servicePrincipal: HeldPrincipal }> {
  const application = makeApplication(context, call, wanted)
  const { tenantId, displayName, appId } = application.value
  return { application, servicePrincipal: makePrincipal(context, call, { tenantId, displayName, appId, kind: 'application' }) }
}

/** A principal that a resource acts as: nobody signs in with it, it goes with its resource. */
export async function createManagedIdentity(
  context: Needs<'servicePrincipals' | 'ground'>,
  call: Call,
  wanted: { readonly tenantId: string; readonly displayName: string; readonly resourceId: string; readonly userAssigned: boolean },
): Promise<{ readonly principalId: string; readonly clientId: string }> {
  const { value } = makePrincipal(context, call, { ...wanted, appId: context.ground.random.uuid(), kind: 'managedIdentity' })
  return { principalId: value.id, clientId: value.appId }
}

/** Removes a managed identity where it is there, for good, and from its groups; its role assignments stay, as Azure leaves them. */
export async function removePrincipal(
  context: Needs<'servicePrincipals' | 'memberships' | 'appRoleAssignments' | 'identity' | 'jobs' | 'ground'>,
  call: Call,
  ...[tenantId, principalId]: readonly [tenantId: string, principalId: string]
): Promise<void> {
  const held = await principalById(context, call, tenantId, principalId)
  if (held === undefined) return
  await removeAppRolesOf(context, call, { compartment: held.compartment, id: held.value.id })
  await sweepMember(context, call, { compartment: held.compartment, id: held.value.id })
  context.servicePrincipals.remove(call, held)
}

/** Gives an application one more secret; the text is in the answer alone. */
export async function addPassword(
  context: Needs<'applications' | 'tenants' | 'ground' | 'store' | 'identity'>,
  call: Call,
  ...[application, wanted]: readonly [application: HeldApplication, wanted: NewPassword]
): Promise<{ readonly credential: PasswordCredential; readonly secretText: string; readonly application: HeldApplication }> {
  const { credential, secretText } = await newPassword(context, call, { ...wanted, tenantId: application.value.tenantId })
  const passwordCredentials = [...application.value.passwordCredentials, credential]
  return {
    credential,
    secretText,
    application: context.applications.update(call, application, { ...application.value, passwordCredentials }),
  }
}

export interface NewPassword {
  readonly displayName?: string
  readonly startAt?: number
  readonly endAt?: number
}

/** The application object alone. */
export function makeApplication(
  context: Needs<'applications' | 'ground'>,
  call: Call,
  wanted: {
    readonly tenantId: string
    readonly displayName: string
    readonly appId?: string
    readonly identifierUris?: readonly string[]
    readonly directoryRight?: 'read' | 'write'
    readonly publicClient?: boolean
    readonly owners?: readonly string[]
  },
): HeldApplication {
  const { tenantId, displayName, directoryRight } = wanted
  const { random } = context.ground
  const id = random.uuid()
  const value: Application = {
    id,
    appId: wanted.appId ?? random.uuid(),
    tenantId,
    displayName,
    identifierUris: [...(wanted.identifierUris ?? [])],
    publicClient: wanted.publicClient ?? false,
    passwordCredentials: [],
    keyCredentials: [],
    createdAt: call.at,
    ...(directoryRight !== undefined && { directoryRight }),
    ...(wanted.owners !== undefined && { owners: [...wanted.owners] }),
  }
  return context.applications.create(call, compartmentOfGuid(tenantId), { path: [id], value })
}

/** The principal alone. */
export function makePrincipal(
  context: Needs<'servicePrincipals' | 'ground'>,
  call: Call,
  wanted: Pick<ServicePrincipal, 'tenantId' | 'appId' | 'displayName' | 'kind' | 'homeTenantId' | 'resourceId' | 'userAssigned'> & {
    readonly owners?: readonly string[]
  },
): HeldPrincipal {
  const { tenantId, appId, displayName, kind, homeTenantId, resourceId, userAssigned } = wanted
  const id = context.ground.random.uuid()
  const value: ServicePrincipal = {
    id,
    appId,
    tenantId,
    displayName,
    kind,
    enabled: true,
    passwordCredentials: [],
    createdAt: call.at,
    ...(homeTenantId !== undefined && { homeTenantId }),
    ...(resourceId !== undefined && { resourceId }),
    ...(userAssigned !== undefined && { userAssigned }),
    ...(wanted.owners !== undefined && { owners: [...wanted.owners] }),
  }
  return context.servicePrincipals.create(call, compartmentOfGuid(tenantId), { path: [id], value })
}
