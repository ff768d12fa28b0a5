import { Problem } from '#model/problem.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { keepDeleted } from '#domain/deleted-objects/keep-deleted.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { checkDomains, checkEntitlements, checkIdentifierUris, checkPreAuthorized } from './check-api.ts'
import type { AppRole, ExposedApi, RequiredAccess } from './exposed-api.ts'
import { readCertificate } from './client-certificates.ts'
import { azureCli } from './azure-cli.ts'
import { assertManages } from './owned-scope.ts'
import { principalById, type HeldApplication } from './directory.ts'
import type { Application, KeyCredential, PasswordCredential } from './records.ts'

/** A certificate as it comes in; without `key` it names one that the application has already. */
export interface NewKeyCredential {
  readonly keyId?: string
  readonly displayName?: string
  readonly key?: Uint8Array
  readonly startAt?: number
  readonly endAt?: number
}

export interface ApplicationChange {
  readonly displayName?: string
  readonly identifierUris?: readonly string[]
  readonly publicClient?: boolean
  readonly multiTenant?: boolean
  /** Where answers about its users are sent: to servers of its own, to programs on users' machines. The whole set of each. */
  readonly webRedirects?: readonly string[]
  readonly nativeRedirects?: readonly string[]
  /** The whole of it. */
  readonly api?: ExposedApi
  readonly appRoles?: readonly AppRole[]
  readonly requiredAccess?: RequiredAccess
  /** Empty takes away what there was; what is not said stays. */
  readonly described?: Readonly<Application['described']>
  /** The whole set: it replaces what was there. */
  readonly keyCredentials?: readonly NewKeyCredential[]
  /** Ids of those that stay: secrets are made by `addPassword` alone. */
  readonly passwordKeyIds?: readonly string[]
}

/** Of either kind, an application has so many credentials at most. */
const credentialsMax = 100

/** An application of the tenant's own, by its object id. Raises `DirectoryObjectNotFound`; az's client is Microsoft's, not the tenant's. */
export async function applicationById(
  context: Needs<'applications'>,
  call: Call,
  named: { readonly tenantId: string; readonly id: string },
): Promise<HeldApplication> {
  const held = await context.applications.get(call, compartmentOfGuid(named.tenantId), [named.id.toLowerCase()])
  if (held === undefined || !isOwn(held.value)) throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: named.id } })
  return held
}

export const isOwn = (application: Application): boolean => application.appId !== azureCli.appId

/** Changes what is given and leaves the rest. Raises `InvalidBody` for a certificate that is none, a credential that is not there, a name that is another's; `DomainNotVerified`; `EntitlementEnabled`. */
export function changeApplication(
  context: Needs<'applications' | 'ground' | 'identity' | 'instance'>,
  call: Call,
  request: {
    readonly permit: Permit<'directory.write'> | Permit<'directory.create'>
    readonly application: HeldApplication
    readonly change: ApplicationChange
  },
): HeldApplication {
  const { permit, application, change } = request
  assertManages(permit, { set: 'applications', id: application.value.id })
  const { value } = application
  const { keyCredentials, passwordKeyIds } = change
  checkNames(context, value, change)
  return context.applications.update(call, application, {
    ...value,
    ...(change.displayName !== undefined && { displayName: change.displayName }),
    ...describedOf(value, change),
    ...redirectsOf(value, change),
    ...(change.identifierUris !== undefined && { identifierUris: [...change.identifierUris] }),
    ...(change.publicClient !== undefined && { publicClient: change.publicClient }),
    ...(change.multiTenant !== undefined && { multiTenant: change.multiTenant }),
    ...(keyCredentials !== undefined && { keyCredentials: checkCount(keyCredentials).map(one => keyCredential(context, value, one)) }),
    ...(change.api !== undefined && { api: change.api }),
    ...(change.appRoles !== undefined && { appRoles: [...change.appRoles] }),
    ...(change.requiredAccess !== undefined && { requiredAccess: change.requiredAccess }),
    ...(passwordKeyIds !== undefined && { passwordCredentials: keptPasswords(value.passwordCredentials, passwordKeyIds) }),
  })
}

function checkNames(context: Needs<'identity' | 'instance'>, application: Application, change: ApplicationChange): void {
  const { identifierUris, api, appRoles } = change
  if (appRoles !== undefined) checkEntitlements(application.appRoles ?? [], appRoles)
  if (identifierUris !== undefined) checkCalled(context, application, { identifierUris, api })
  if (api === undefined) return
  checkEntitlements(application.api?.scopes ?? [], api.scopes)
  checkPreAuthorized(api)
}

/** Names that it has already stay its own, whatever the rule for new ones. */
function checkCalled(
  { identity, instance }: Needs<'identity' | 'instance'>,
  application: Application,
  { identifierUris, api = application.api }: { readonly identifierUris: readonly string[]; readonly api: ApplicationChange['api'] },
): void {
  checkIdentifierUris(identifierUris, { application, domain: instance.domain, others: uri => identity.index.applicationsNamed(uri) })
  const added = identifierUris.filter(uri => !application.identifierUris.includes(uri))
  const { domains = [] } = identity.index.tenant(application.tenantId)?.value ?? {}
  checkDomains(added, { domains, tokenVersion: api?.tokenVersion })
}

const describedOf = ({ described }: Application, change: ApplicationChange): Pick<Application, 'described'> =>
  change.described === undefined ? {} : { described: { ...described, ...change.described } }

function redirectsOf(
  { redirectUris = [] }: Application,
  { webRedirects, nativeRedirects }: ApplicationChange,
): Pick<Application, 'redirectUris'> {
  if (webRedirects === undefined && nativeRedirects === undefined) return {}
  const kept = (of: 'web' | 'publicClient', given: readonly string[] | undefined) =>
    given === undefined ? redirectUris.filter(one => one.of === of) : [...new Set(given)].map(uri => ({ of, uri }))
  return { redirectUris: [...kept('web', webRedirects), ...kept('publicClient', nativeRedirects)] }
}

/** The application and its principal in its own tenant: for thirty days both can be had back. */
export async function removeApplication(
  context: Needs<'applications' | 'servicePrincipals' | 'deletedObjects' | 'identity'>,
  call: Call,
  request: { readonly permit: Permit<'directory.write'>; readonly application: HeldApplication },
): Promise<void> {
  const { application } = request
  assertManages(request.permit, { set: 'applications', id: application.value.id })
  const { id, tenantId, appId } = application.value
  context.applications.remove(call, application)
  keepDeleted(context, call, { kind: 'application', value: application.value })
  const principal = context.identity.index.servicePrincipalOfApp(tenantId, appId)
  const held = principal && (await principalById(context, call, tenantId, principal.value.id))
  if (held === undefined) return
  context.servicePrincipals.remove(call, held)
  keepDeleted(context, call, { kind: 'servicePrincipal', value: held.value, with: id })
}

/** The credentials without one of them. Raises `InvalidBody` where it is not there. */
export function withoutPassword(credentials: readonly PasswordCredential[], keyId: string): PasswordCredential[] {
  const left = credentials.filter(credential => credential.keyId !== keyId.toLowerCase())
  if (left.length === credentials.length) throw invalid('keyId', 'No password credential found with the given keyId.')
  return left
}

/** Raises `Conflict` where one more is one too many. */
export function checkRoom(credentials: readonly PasswordCredential[]): void {
  if (credentials.length >= credentialsMax)
    throw new Problem({ code: 'Conflict', details: { message: `An object has ${credentialsMax} password credentials at most.` } })
}

const invalid = (name: string, message: string): Problem => new Problem({ code: 'InvalidBody', details: { name, message } })

function checkCount(credentials: readonly NewKeyCredential[]): readonly NewKeyCredential[] {
  if (credentials.length > credentialsMax) throw invalid('keyCredentials', `An application has ${credentialsMax} key credentials at most.`)
  return credentials
}

function keptPasswords(before: readonly PasswordCredential[], keyIds: readonly string[]): PasswordCredential[] {
  const wanted = new Set(keyIds.map(keyId => keyId.toLowerCase()))
  const kept = before.filter(({ keyId }) => wanted.has(keyId))
  if (kept.length !== wanted.size) throw invalid('passwordCredentials', 'New password credentials must be generated with service actions.')
  return kept
}

function keyCredential({ ground }: Needs<'ground'>, before: Application, given: NewKeyCredential): KeyCredential {
  const known = before.keyCredentials.find(({ keyId }) => keyId === given.keyId?.toLowerCase())
  if (given.key === undefined) {
    if (known === undefined) throw invalid('keyCredentials.key', 'A new key credential needs the value of its key.')
    return known
  }
  const certificate = readCertificate(given.key)
  if ('flaw' in certificate) throw invalid('keyCredentials.key', certificate.flaw)
  return {
    ...certificate,
    keyId: given.keyId?.toLowerCase() ?? ground.random.uuid(),
    // Never longer than the certificate itself.
    startAt: Math.max(certificate.startAt, given.startAt ?? 0),
    endAt: Math.min(certificate.endAt, given.endAt ?? certificate.endAt),
    ...(given.displayName !== undefined && { displayName: given.displayName }),
  }
}
