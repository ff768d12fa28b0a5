import type { Principal } from '#model/principal.ts'
import { assignedRoles, isLetIn } from '#domain/app-roles/assigned-roles.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { scopesAt, type Resource } from '#domain/sign-in/scopes.ts'
import type { Reached } from './audiences.ts'
import { groupClaims } from './group-claims.ts'
import { signIn, type ClientCredential, type SignedIn } from './sign-in.ts'
import { missing, refused } from './refusals.ts'
import { signToken } from './sign-token.ts'
import { asVersion2, credentialClaim } from './token-claims.ts'

export interface TokenRequest {
  /** Of the path: id, domain, `common`, `adfs`. */
  readonly tenant: string
  readonly grantType: string | undefined
  readonly clientId: string | undefined
  readonly credential: ClientCredential
  /** v2 asks by `scope`, v1 by `resource`; one of them counts. */
  readonly asked: { readonly scope: string | undefined } | { readonly resource: string | undefined }
  /** The client can be told to come again with claims: `CP1`. */
  readonly capable: boolean
  /** `https://login.D[:port]`. */
  readonly login: string
  readonly reached: Reached
}

export interface IssuedToken {
  readonly accessToken: string
  readonly audience: string
  /** Seconds. */
  readonly issuedAt: number
  readonly expiresAt: number
}

type IssueNeeds = Needs<'identity' | 'instance' | 'tenants' | 'signingKeys' | 'module' | 'store' | 'ground'>

/** Client credentials (RFC 6749 4.4) for an access token of ours. Raises `OAuthRefused`, `TenantNotFound`; the entry's actor is the application only once it has proved itself. */
export async function issueToken(context: IssueNeeds, call: Call, request: TokenRequest): Promise<IssuedToken> {
  if (request.grantType === undefined) throw missing('grant_type')
  call.details.set('grantType', request.grantType)
  if (request.grantType !== 'client_credentials')
    throw refused('unsupportedGrant', `The app requested an unsupported grant type '${request.grantType.slice(0, 128)}'.`)
  const audience = audienceAsked(request)
  const signedIn = await signIn(context, call, request)
  const resource = scopesAt(context, request.reached, signedIn.tenant.tenantId).resource(audience)
  if (resource === undefined)
    throw refused(
      'unknownResource',
      `The resource principal named ${audience.slice(0, 256)} was not found in the tenant named ${signedIn.tenant.displayName}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
    )
  call.details.set('audience', audience)
  checkLetIn(context, signedIn, resource.appId)
  call.who = actorOf(signedIn, request)
  call.ruling = { allowed: true, by: signedIn.method }
  return sign(context, call, { signedIn, request, audience, resource })
}

const ignoredScopes = new Set(['openid', 'profile', 'offline_access'])

/** One resource, all of what it gives (`/.default`); exactly one such suffix is taken off, and what remains is the audience, its slash included. */
function audienceAsked({ asked }: TokenRequest): string {
  if ('resource' in asked) {
    if (asked.resource === undefined || asked.resource === '') throw missing('resource')
    return asked.resource
  }
  const scopes = (asked.scope ?? '').split(' ').filter(scope => scope !== '' && !ignoredScopes.has(scope))
  const [scope] = scopes
  if (asked.scope === undefined || asked.scope.trim() === '') throw missing('scope')
  if (scope === undefined || scopes.length > 1)
    throw refused(
      'badScope',
      "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid.",
    )
  if (!scope.endsWith('/.default'))
    throw refused(
      'notDefaultScope',
      `The provided value for scope ${scope.slice(0, 256)} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    )
  return scope.slice(0, -'/.default'.length)
}

function checkLetIn(context: IssueNeeds, { tenant, principal }: SignedIn, resourceAppId: string): void {
  if (isLetIn(context, { tenantId: tenant.tenantId, principalId: principal.id, kind: 'servicePrincipal', resourceAppId })) return
  throw refused(
    'applicationNotAssigned',
    `Application '${principal.appId}'(${principal.displayName}) is not assigned to a role for the application '${resourceAppId}'.`,
  )
}

const issuerOf = (signedIn: SignedIn, { login }: TokenRequest): string => `${login}/${signedIn.tenant.tenantId}/`

const actorOf = (signedIn: SignedIn, request: TokenRequest): Principal => ({
  id: signedIn.principal.id,
  kind: signedIn.application === undefined ? 'managedIdentity' : 'application',
  tenant: signedIn.tenant.tenantId,
  appId: signedIn.principal.appId,
  credentialId: signedIn.credentialId,
  authMethod: signedIn.method,
  issuer: issuerOf(signedIn, request),
})

interface ToSign {
  readonly signedIn: SignedIn
  readonly request: TokenRequest
  readonly audience: string
  readonly resource: Resource
}

async function sign(context: IssueNeeds, call: Call, what: ToSign): Promise<IssuedToken> {
  const { signedIn, audience, resource, request } = what
  const { principal, credentialId, tenant } = signedIn
  const named = `token ${principal.id} ${credentialId} ${audience}`
  const groups = groupClaims(context, { oid: principal.id, kind: 'servicePrincipals', login: request.login })
  const roles = rolesOf(context, what)
  const version1 = { ...claimsOf(what), ...(roles.length > 0 && { roles }) }
  const claims = resource.version2
    ? asVersion2(version1, { audience: resource.appId, issuer: `${request.login}/${tenant.tenantId}/v2.0` })
    : version1
  const { token, ...times } = await signToken(context, call, { tenantId: tenant.tenantId, named, claims: { ...claims, ...groups } })
  return { accessToken: token, audience, ...times }
}

/** The v1 token that ARM, Key Vault and Graph take (identity-and-arm.md 1.5). */
function claimsOf({ signedIn, request, audience }: ToSign): Readonly<Record<string, unknown>> {
  const { tenant, principal } = signedIn
  const issuer = issuerOf(signedIn, request)
  return {
    aud: audience,
    iss: issuer,
    appid: principal.appId,
    appidacr: signedIn.method === 'secret' ? '1' : '2',
    idp: issuer,
    idtyp: 'app',
    oid: principal.id,
    sub: principal.id,
    tid: tenant.tenantId,
    ver: '1.0',
    ...(principal.resourceId !== undefined && { xms_mirid: principal.resourceId }),
    ...(request.capable && { xms_cc: ['CP1'] }),
    [credentialClaim]: signedIn.credentialId,
  }
}

/** For clients that look; what counts in the directory is the directory itself. */
function rolesOf(context: IssueNeeds, { signedIn, resource }: ToSign): readonly string[] {
  const { tenant, principal, application } = signedIn
  const { tenantId } = tenant
  const assigned = assignedRoles(context, { tenantId, principalId: principal.id, kind: 'servicePrincipal', resourceAppId: resource.appId })
  // A right in the directory is one in that of its own tenant.
  const right = application?.tenantId === tenantId && resource.sector === 'graph' ? application.directoryRight : undefined
  return [...new Set([...(right === undefined ? [] : graphRoles[right]), ...assigned])]
}

const graphRoles = {
  read: ['Application.Read.All', 'Directory.Read.All'],
  write: ['Application.ReadWrite.All', 'Directory.ReadWrite.All'],
} as const
