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
  /** Grants that its own was asked for on behalf of, the first one first: taking back any of them takes it back. */
  readonly chain: readonly string[]
  /** Of a user: when the password was shown. */
  readonly authTime?: number
  /** `xms_cc`: its client understands a claims challenge. */
  readonly capable: boolean
  readonly issuedAt: number
  readonly notBefore: number
  readonly expiresAt: number
  /** Milliseconds. */
  readonly verifiedAt: number
}
