/** Claims of an access token of ours whose signature was good. Times are seconds. */
export interface VerifiedToken {
  readonly issuer: string
  readonly tenantId: string
  readonly kid: string
  readonly audience: readonly string[]
  readonly oid: string
  readonly appId: string
  /** The credential that it was asked for with; absent for managed identities. */
  readonly credentialId?: string
  /** Of a user: the epoch of sign-ins that it was issued in. `credentialId` is the grant then. */
  readonly signInEpoch?: number
  /** `xms_cc`: its client understands a claims challenge. */
  readonly capable: boolean
  readonly issuedAt: number
  readonly notBefore: number
  readonly expiresAt: number
  /** Milliseconds. */
  readonly verifiedAt: number
}
