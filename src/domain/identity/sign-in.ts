import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { passwordOf } from './client-secrets.ts'
import { federatedCredentialOf, isFederated } from '#domain/federation/federated-assertion.ts'
import { grantOf } from '#domain/federation/records.ts'
import { assertionType, certificateOf } from './client-assertion.ts'
import { tenantOf } from './find-tenant.ts'
import type { Application, ServicePrincipal, Tenant } from './records.ts'
import { missing, refused } from './refusals.ts'

export interface ClientCredential {
  readonly secret?: string
  readonly assertion?: string
  readonly assertionType?: string
}

export interface SignedIn {
  readonly tenant: Tenant
  /** Absent for a managed identity, which an issuer outside vouches for. */
  readonly application: Application | undefined
  readonly principal: ServicePrincipal
  readonly credentialId: string
  readonly method: 'secret' | 'certificate' | 'federated'
}

interface Asking {
  readonly tenant: string
  readonly clientId: string | undefined
  readonly credential: ClientCredential
}

type SignInNeeds = Needs<'identity' | 'instance' | 'tenants' | 'store' | 'ground'>

/** A client proves itself to its tenant by a secret or by a signed assertion. Raises `OAuthRefused`, `TenantNotFound`. */
export async function signIn(context: SignInNeeds, call: Call, asking: Asking): Promise<SignedIn> {
  if (asking.clientId === undefined || asking.clientId === '') throw missing('client_id')
  const clientId = asking.clientId.toLowerCase()
  call.details.set('clientId', clientId)
  const tenant = tenantOf(context, asking.tenant, clientId).value
  call.resource = `/tenants/${tenant.tenantId}/applications/${clientId}`
  await attempt(context, call, `${tenant.tenantId}/${clientId}`)
  const { credential } = asking
  const { application, principal } = knownAs(context, tenant, clientId)
  if (application === undefined && principal === undefined) return refuseStranger(context, call, { tenant, clientId, credential })
  const proved = await prove(context, call, { tenant, clientId, application, principal, credential })
  if (principal === undefined)
    throw refused('noPrincipal', `The client application ${clientId} is missing service principal in the tenant ${tenant.tenantId}.`)
  if (!principal.enabled) throw refused('disabledApplication', `Application '${clientId}' (${principal.displayName}) is disabled.`)
  context.identity.delays.succeeded(call.source.sourceIp ?? '', `${tenant.tenantId}/${clientId}`)
  return { tenant, application, principal, ...proved }
}

/** The application and its principal; a managed identity has no application, and signs in only where it is one that workloads outside may act as. */
function knownAs({ identity: { index } }: SignInNeeds, { tenantId }: Tenant, clientId: string) {
  const principal = index.servicePrincipalOfApp(tenantId, clientId)?.value
  // Another tenant's application is known here once it has a principal here.
  const application = (principal === undefined ? index.application(tenantId, clientId) : index.applicationFor(tenantId, clientId))?.value
  return { application, principal: application !== undefined || principal?.userAssigned === true ? principal : undefined }
}

/** One attempt a request, however often it is tried. */
async function attempt(context: SignInNeeds, call: Call, principal: string): Promise<void> {
  if (!context.instance.throttle) return
  const { delays } = context.identity
  const free = await call.once('attempt of a client', async () => delays.begin(call.source.sourceIp ?? '', principal, call.at))
  if (!free) throw refused('locked', "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.")
}

/** Entra tells who is unknown; the work is the same as for a known one all the same. */
async function refuseStranger(
  context: SignInNeeds,
  call: Call,
  at: { readonly tenant: Tenant; readonly clientId: string; readonly credential: ClientCredential },
): Promise<never> {
  const { tenant, clientId, credential } = at
  await passwordOf(context, call, { tenantId: tenant.tenantId, among: [], secretText: credential.secret ?? '' })
  throw refused(
    'unknownApplication',
    `Application with identifier '${clientId.slice(0, 64)}' was not found in the directory '${tenant.displayName}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
  )
}

interface Proving {
  readonly tenant: Tenant
  readonly clientId: string
  readonly application: Application | undefined
  readonly principal: ServicePrincipal | undefined
  readonly credential: ClientCredential
}

async function prove(context: SignInNeeds, call: Call, proving: Proving): Promise<Pick<SignedIn, 'credentialId' | 'method'>> {
  const { application, credential } = proving
  const { secret, assertion } = credential
  if (secret === undefined && assertion === undefined)
    throw refused('noCredential', "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.")
  if (application?.publicClient === true)
    throw refused('publicClient', "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.")
  if (secret !== undefined && assertion !== undefined) throw refused('malformed', 'The request presents more than one client credential.')
  if (assertion !== undefined) return byAssertion(context, call, { ...proving, assertion })
  return bySecret(context, call, proving)
}

async function bySecret(context: SignInNeeds, call: Call, proving: Proving): Promise<Pick<SignedIn, 'credentialId' | 'method'>> {
  const { tenant, clientId, application, principal, credential } = proving
  // An application's secrets are under the pepper of its own tenant.
  const home = application?.tenantId ?? tenant.tenantId
  const among = [application, home === tenant.tenantId ? principal : undefined].flatMap(one => one?.passwordCredentials ?? [])
  const found = await passwordOf(context, call, { tenantId: home, among, secretText: credential.secret ?? '' })
  if (found === undefined || call.at < found.startAt)
    throw refused(
      'wrongSecret',
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
    )
  if (call.at >= found.endAt)
    throw refused('expiredSecret', `The provided client secret keys for app '${clientId}' are expired. Create new keys for the app.`)
  return { credentialId: found.keyId, method: 'secret' }
}

async function byAssertion(
  context: SignInNeeds,
  call: Call,
  proving: Proving & { readonly assertion: string },
): Promise<Pick<SignedIn, 'credentialId' | 'method'>> {
  const { tenant, application, principal, credential, assertion } = proving
  if (credential.assertionType === undefined) throw missing('client_assertion_type')
  if (credential.assertionType !== assertionType) throw refused('malformed', `The 'client_assertion_type' must be '${assertionType}'.`)
  if (application === undefined || isFederated(assertion)) {
    const among = application === undefined ? principal?.federatedCredentials : application.federatedCredentials
    const found = await federatedCredentialOf(context, call, { text: assertion, among: among ?? [] })
    return { credentialId: grantOf(found), method: 'federated' }
  }
  const found = certificateOf(context, call, {
    text: assertion,
    clientId: application.appId.toLowerCase(),
    tenant,
    loginHost: `login.${context.instance.domain}`,
    among: application.keyCredentials,
  })
  return { credentialId: found.keyId, method: 'certificate' }
}
