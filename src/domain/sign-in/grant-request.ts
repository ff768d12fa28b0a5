import type { Needs } from '#domain/context.ts'
import { namedTenant, namesNoTenant } from '#domain/identity/find-tenant.ts'
import type { Reached } from '#domain/identity/audiences.ts'
import { refused } from '#domain/identity/refusals.ts'
import type { ClientCredential } from '#domain/identity/sign-in.ts'
import type { Refused } from './grants.ts'
import type { Asked } from './scopes.ts'

/** What the token endpoint is asked, whatever the grant. */
export interface GrantRequest {
  /** Of the path: id, domain, `common`, `adfs`. */
  readonly tenant: string
  readonly grantType: string | undefined
  readonly clientId: string | undefined
  readonly credential: ClientCredential
  readonly asked: Asked
  /** `undefined` where nothing was asked for by its name: what the first leg asked for counts. */
  readonly askedAgain: Asked | undefined
  readonly code: string | undefined
  readonly redirectUri: string | undefined
  readonly verifier: string | undefined
  readonly deviceCode: string | undefined
  readonly refreshToken: string | undefined
  /** A token that a user showed the client (RFC 7523 2.1), and what is to be done with it. */
  readonly assertion: string | undefined
  readonly tokenUse: string | undefined
  readonly username: string | undefined
  readonly password: string | undefined
  readonly capable: boolean
  readonly version: 'v1' | 'v2'
  readonly login: string
  readonly reached: Reached
}

export interface Granted {
  readonly accessToken: string
  readonly audience: string
  /** Seconds. */
  readonly issuedAt: number
  readonly expiresAt: number
  /** Where a user signed in. */
  readonly user?: {
    readonly id: string
    readonly tenantId: string
    /** `scope` of the answer. */
    readonly told: string
    readonly idToken?: string
    readonly refreshToken?: string
    readonly family?: string
  }
}

export type GrantAnswer = Granted | Refused

/** The grant's own tenant, where the path names none or names that one: what one tenant gave is nothing in another (identity-and-arm.md 7). Raises `OAuthRefused`. */
export function checkTenant(context: Needs<'identity'>, named: string, tenantId: string): void {
  if (namesNoTenant(named) || namedTenant(context, named).value.tenantId === tenantId) return
  throw refused('otherTenant', 'The provided authorization code or refresh token is intended to use against other tenant, thus rejected.')
}
