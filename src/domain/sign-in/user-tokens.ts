import { assignedRoles } from '#domain/app-roles/assigned-roles.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { groupClaims } from '#domain/identity/group-claims.ts'
import type { Application, User } from '#domain/identity/records.ts'
import { signToken, type SignNeeds } from '#domain/identity/sign-token.ts'
import { asVersion2, chainClaim, credentialClaim, epochClaim } from '#domain/identity/token-claims.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Client } from './client.ts'
import type { Resource, UserScopes } from './scopes.ts'

/** What a user's tokens say. */
export interface UserGrant {
  readonly user: User
  readonly client: Client
  readonly scopes: UserScopes
  readonly grantId: string
  /** Grants that it was asked for on behalf of. */
  readonly chain?: readonly string[]
  readonly authTime: number
  readonly nonce?: string | undefined
  readonly sessionId?: string | undefined
  /** The client can be told to come again with claims: `CP1`. */
  readonly capable: boolean
  /** v1 and `/adfs` write id tokens of version 1. */
  readonly version: 'v1' | 'v2'
  /** `https://login.D[:port]`. */
  readonly login: string
}

export interface UserTokens {
  readonly accessToken: string
  readonly audience: string
  /** Seconds. */
  readonly issuedAt: number
  readonly expiresAt: number
  readonly idToken?: string
}

/** Signs what the grant gives: the v1 access token that every listener takes, and an id token where one was asked for. */
export async function userTokens(context: SignNeeds, call: Call, grant: UserGrant): Promise<UserTokens> {
  const { scopes, user, grantId } = grant
  const { tenantId } = user
  const { audience } = scopes
  const access = await signToken(context, call, {
    tenantId,
    named: `access ${grantId} ${audience}`,
    claims: {
      ...shownTo(scopes.resource, grant, accessClaims(context, call, grant)),
      ...roleClaims(context, user, scopes.resource.appId),
      ...groupClaims(context, { oid: user.id, kind: 'users', login: grant.login }),
    },
  })
  const tokens = { accessToken: access.token, audience, issuedAt: access.issuedAt, expiresAt: access.expiresAt }
  if (!scopes.openid) return tokens
  const claims = { ...idClaims(context, grant), ...roleClaims(context, user, grant.client.application.appId) }
  const { token } = await signToken(context, call, { tenantId, named: `id ${grantId}`, claims })
  return { ...tokens, idToken: token }
}

/** The user's roles in whatever the token is for, directly or by a group. */
function roleClaims(context: Needs<'identity'>, { tenantId, id }: User, resourceAppId: string): { readonly roles?: readonly string[] } {
  const roles = assignedRoles(context, { tenantId, principalId: id, kind: 'user', resourceAppId })
  return roles.length === 0 ? {} : { roles }
}

const shownTo = ({ appId, version2 }: Resource, { login, user }: UserGrant, claims: Readonly<Record<string, unknown>>) =>
  version2 ? asVersion2(claims, { audience: appId, issuer: issuerV2(login, user.tenantId) }) : claims

/** identity-and-arm.md 1.5. */
function accessClaims(context: Needs<'ground'>, call: Call, grant: UserGrant): Readonly<Record<string, unknown>> {
  const { user, client, scopes, login, capable } = grant
  const issuer = `${login}/${user.tenantId}/`
  return {
    aud: scopes.audience,
    iss: issuer,
    idp: issuer,
    acr: '1',
    amr: ['pwd'],
    appid: client.application.appId,
    appidacr: client.proof,
    auth_time: Math.floor(grant.authTime / 1_000),
    idtyp: 'user',
    ...(call.source.sourceIp !== undefined && { ipaddr: call.source.sourceIp }),
    ...namesOf(user),
    oid: user.id,
    scp: scopes.granted,
    sub: subjectOf(context, user, scopes.resource.sector),
    tid: user.tenantId,
    unique_name: user.userPrincipalName,
    upn: user.userPrincipalName,
    ver: '1.0',
    ...(capable && { xms_cc: ['CP1'] }),
    [credentialClaim]: grant.grantId,
    ...(grant.chain !== undefined && grant.chain.length > 0 && { [chainClaim]: grant.chain }),
    [epochClaim]: user.signInEpoch,
  }
}

/** OpenID Connect Core 2; not for any listener of ours: nobody here is called as a client is. */
function idClaims(context: Needs<'ground'>, grant: UserGrant): Readonly<Record<string, unknown>> {
  const { user, client, login, version, nonce, sessionId } = grant
  const { appId } = client.application
  const common = {
    aud: appId,
    auth_time: Math.floor(grant.authTime / 1_000),
    name: user.displayName,
    ...(nonce !== undefined && { nonce }),
    ...(sessionId !== undefined && { sid: sessionId }),
    ...(user.mail !== undefined && { email: user.mail }),
    oid: user.id,
    sub: subjectOf(context, user, appId),
    tid: user.tenantId,
  }
  return version === 'v2'
    ? {
        ...common,
        iss: issuerV2(login, user.tenantId),
        preferred_username: user.userPrincipalName,
        login_hint: user.userPrincipalName,
        ver: '2.0',
      }
    : {
        ...common,
        iss: `${login}/${user.tenantId}/`,
        amr: ['pwd'],
        upn: user.userPrincipalName,
        unique_name: user.userPrincipalName,
        preferred_username: user.userPrincipalName,
        ver: '1.0',
      }
}

export const issuerV2 = (login: string, tenantId: string): string => `${login}/${tenantId}/v2.0`

const namesOf = ({ displayName, profile }: User) => ({
  name: displayName,
  ...(profile.givenName !== undefined && { given_name: profile.givenName }),
  ...(profile.surname !== undefined && { family_name: profile.surname }),
})

/** Pairwise (OpenID Connect Core 8.1): no two recipients can tell that they speak of the same user, except by `oid`. */
export function subjectOf({ ground }: Needs<'ground'>, user: User, recipient: Application['appId']): string {
  const marked = ground.barrier.index(compartmentOfGuid(user.tenantId), JSON.stringify(['subject', recipient, user.id]))
  return Buffer.from(marked.slice(-64), 'hex').toString('base64url')
}
