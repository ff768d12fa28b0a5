import { z } from 'zod'
import { millis } from '#model/brands.ts'
import { tokenLifeMsMax } from '#domain/identity/lifetimes.ts'
import { family } from '#domain/records/family.ts'

/** Who signed in, when and how: what every code, session and refresh token rests on. */
const signIn = {
  tenantId: z.string(),
  userId: z.string(),
  /** Of the user, when it was: another one by now, and it counts no more. */
  signInEpoch: z.number().int(),
  /** When the password was shown. */
  authTime: z.number().int(),
}

const signInSession = z.object({ id: z.string(), ...signIn, expiresAt: z.number().int() })
export type SignInSession = z.output<typeof signInSession>

/** A browser that somebody has signed in with. In the tenant's compartment; path: id. */
export const signInSessions = family<SignInSession, readonly [id: string]>({
  name: 'signInSessions',
  schema: signInSession,
  format: 1,
  residency: 'cached',
  ruling: false,
  dueAt: value => millis(value.expiresAt),
})

const authorizationCode = z.object({
  id: z.string(),
  ...signIn,
  sessionId: z.string(),
  clientId: z.string(),
  redirectUri: z.string(),
  /** The address is on somebody's own machine: its client proves nothing of itself. */
  isPublic: z.boolean(),
  /** S256 of the verifier, base64url (RFC 7636 4.2). */
  challenge: z.string().optional(),
  nonce: z.string().optional(),
  /** What was asked for in the first leg; v1 may say it in the second. */
  scope: z.string().optional(),
  resource: z.string().optional(),
  createdAt: z.number().int(),
  expiresAt: z.number().int(),
  /** Redeemed, and what for: whoever comes with it again takes that away (RFC 6749 4.1.2). */
  grantId: z.string().optional(),
})
export type AuthorizationCode = z.output<typeof authorizationCode>

/** In the tenant's compartment; path: id. Kept for as long as an access token may live that it gave. */
export const authorizationCodes = family<AuthorizationCode, readonly [id: string]>({
  name: 'authorizationCodes',
  schema: authorizationCode,
  format: 1,
  residency: 'cached',
  ruling: false,
  dueAt: value => millis(value.createdAt + tokenLifeMsMax),
})

const deviceCode = z.object({
  /** SHA-256 of the code, base64url. */
  id: z.string(),
  /** As it is typed, without its hyphen. */
  userCode: z.string(),
  clientId: z.string(),
  /** Of the path that it was asked at: a tenant's id, where it names one. */
  tenantId: z.string().optional(),
  scope: z.string().optional(),
  resource: z.string().optional(),
  startedFrom: z.string(),
  createdAt: z.number().int(),
  expiresAt: z.number().int(),
  /** Nobody has answered yet where there is none. */
  answer: z
    .union([
      z.object({ approved: z.literal(false) }),
      z.object({ approved: z.literal(true), ...signIn, sessionId: z.string(), grantId: z.string().optional() }),
    ])
    .optional(),
})
export type DeviceCode = z.output<typeof deviceCode>

/** In the installation's compartment, for nobody knows yet whose it will be; path: id, found by the code that is typed as well. */
export const deviceCodes = family<DeviceCode, readonly [id: string]>({
  name: 'deviceCodes',
  schema: deviceCode,
  format: 1,
  residency: 'cached',
  ruling: false,
  tags: value => [['userCode', value.userCode]],
  dueAt: value => millis(value.answer === undefined ? value.expiresAt : value.createdAt + tokenLifeMsMax),
})

const refreshToken = z.object({
  /** Of the family: what one sign-in gave to one client. */
  grantId: z.string(),
  ...signIn,
  sessionId: z.string().optional(),
  clientId: z.string(),
  /** The grants that it was asked for on behalf of, the first one first: taking back any of them takes it back. */
  onBehalfOf: z.array(z.string()).default([]),
  /** Its client proved nothing when it began. */
  isPublic: z.boolean(),
  /** The one that counts; whoever shows an earlier one has stolen it, or was stolen from (RFC 9700 4.14.2). */
  generation: z.number().int(),
  createdAt: z.number().int(),
  /** Moves with each use. */
  expiresAt: z.number().int(),
  revokedAt: z.number().int().optional(),
})
export type RefreshToken = z.output<typeof refreshToken>

/** One record a family. In the tenant's compartment; path: the grant's id. */
export const refreshTokens = family<RefreshToken, readonly [grantId: string]>({
  name: 'refreshTokens',
  schema: refreshToken,
  format: 1,
  residency: 'cached',
  ruling: false,
  dueAt: value => millis(value.expiresAt),
})
