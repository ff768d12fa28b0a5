import { accountProblemKinds, type AccountDetails } from './account-problems.ts'
import { objectProblemKinds, type ObjectDetails } from './object-problems.ts'
import type { ProblemKind } from './problem-kind.ts'

// The catalogue of what a caller is told. Raised where the fact is known; each wire renders it in its own words (protocols/*/problems.ts).

export const problemKinds = {
  // the front door
  HostNotServed: 'misdirected',
  UnknownRoute: 'missing',
  MethodNotAllowed: 'method',
  MalformedRequest: 'invalid',
  BodyTooLarge: 'tooLarge',
  BodyIncomplete: 'invalid',
  BodyTooSlow: 'invalid',
  UnsupportedMediaType: 'mediaType',
  ApiVersionMissing: 'invalid',
  ApiVersionMalformed: 'invalid',
  ApiVersionTooOld: 'invalid',
  InvalidParameter: 'invalid',
  InvalidBody: 'invalid',
  InvalidPagingToken: 'invalid',
  // who
  TokenMissing: 'unauthenticated',
  TokenMalformed: 'unauthenticated',
  TokenSignatureInvalid: 'unauthenticated',
  TokenAudienceInvalid: 'unauthenticated',
  TokenIssuerInvalid: 'unauthenticated',
  TokenExpired: 'unauthenticated',
  TokenNotYetValid: 'unauthenticated',
  TokenRevoked: 'unauthenticated',
  // may
  AccessDenied: 'forbidden',
  LinkedAccessDenied: 'forbidden',
  // the instance
  Throttled: 'throttled',
  Busy: 'unavailable',
  NotReady: 'unavailable',
  StorageReserved: 'unavailable',
  Conflict: 'conflict',
  PreconditionFailed: 'precondition',
  NotSupported: 'invalid',
  SealRefused: 'forbidden',
  SealNotFound: 'missing',
  // keys of a vault
  VaultNotFound: 'missing',
  KeyNotFound: 'missing',
  DeletedKeyNotFound: 'missing',
  KeyDisabled: 'forbidden',
  KeyNotYetValid: 'forbidden',
  KeyExpired: 'forbidden',
  KeyOperationForbidden: 'forbidden',
  KeyNameDeleted: 'conflict',
  KeyNameInUse: 'conflict',
  KeySizeNotSupported: 'invalid',
  KeyOperationsUnsupported: 'invalid',
  KeyTypeNeedsPremium: 'invalid',
  AlgorithmIncompatible: 'invalid',
  ValueLengthInvalid: 'invalid',
  DecryptionFailed: 'invalid',
  KeyNotWhole: 'invalid',
  BackupInvalid: 'invalid',
  BackupForeign: 'forbidden',
  PurgeProtected: 'forbidden',
  KeyManaged: 'forbidden',
  ReleaseRefused: 'forbidden',
  NetworkForbidden: 'forbidden',
  // secrets of a vault
  SecretNotFound: 'missing',
  DeletedSecretNotFound: 'missing',
  SecretDisabled: 'forbidden',
  SecretManaged: 'forbidden',
  SecretNameDeleted: 'conflict',
  SecretNameInUse: 'conflict',
  // certificates of a vault
  CertificateNotFound: 'missing',
  DeletedCertificateNotFound: 'missing',
  PendingCertificateNotFound: 'missing',
  CertificateIssuerNotFound: 'missing',
  ContactsNotFound: 'missing',
  CertificateNameDeleted: 'conflict',
  CertificateNameInUse: 'conflict',
  CertificateNameTaken: 'conflict',
  CertificatePending: 'conflict',
  CertificateExpired: 'invalid',
  SubjectInvalid: 'invalid',
  IssuerUnusable: 'invalid',
  IssuerNotConnected: 'invalid',
  BundleRefused: 'invalid',
  BundleWithoutKey: 'invalid',
  MergeMismatch: 'invalid',
  MergeForbidden: 'forbidden',
  NotInProgress: 'invalid',
  IssuedCertificateNotFound: 'missing',
  AlarmNotFound: 'missing',
  // the directory
  TenantNotFound: 'invalid',
  OAuthRefused: 'invalid',
  DirectoryObjectNotFound: 'missing',
  DirectoryAccessDenied: 'forbidden',
  EntitlementEnabled: 'invalid',
  DomainNotVerified: 'invalid',
  // resources
  ResourceNotFound: 'missing',
  ResourceGroupNotFound: 'missing',
  SubscriptionNotFound: 'missing',
  ArmRefused: 'invalid',
  ScopeLocked: 'conflict',
  // machines and what they are told
  MetadataHeaderMissing: 'invalid',
  ForwardedRequest: 'invalid',
  IdentityUnknown: 'invalid',
  IdentityHeaderInvalid: 'unauthenticated',
  // disks
  KeyVaultAccessForbidden: 'forbidden',
  DiskNotFound: 'missing',
  DiskKeyUnavailable: 'forbidden',
  RangeNotSatisfiable: 'invalid',
  ...accountProblemKinds,
  ...objectProblemKinds,
} as const satisfies Record<string, ProblemKind>

export type ProblemCode = keyof typeof problemKinds

interface DetailsOf extends AccountDetails, ObjectDetails {
  HostNotServed: { readonly host: string }
  MalformedRequest: { readonly reason: string }
  BodyTooLarge: { readonly maximumBytes: number }
  ApiVersionMalformed: { readonly given: string }
  ApiVersionTooOld: { readonly given: string }
  /** `name` is the wire's parameter; `message` a sentence without the value. */
  InvalidParameter: { readonly name: string; readonly message: string }
  InvalidBody: { readonly message: string; readonly name?: string }
  TokenAudienceInvalid: { readonly expected: string; readonly found: string }
  TokenIssuerInvalid: { readonly expected: string; readonly found: string }
  AccessDenied: {
    readonly action: string
    readonly scope: string
    readonly because: string
    /** The deny assignment that forbids it. */
    readonly denial?: { readonly id: string; readonly name: string }
    readonly data: boolean
    /** Kind and word of access policies that would allow it, as `permissions.ts` spells them. */
    readonly policies?: string
    /** How many groups the caller is in. */
    readonly groups: number
    readonly appId?: string
    readonly oid: string
    readonly issuer?: string
    /** Where what is forbidden stands, where that is told all the same. */
    readonly region?: string
    /** Of whoever acts in an account. */
    readonly arn?: string
  }
  LinkedAccessDenied: { readonly action: string; readonly scope: string; readonly oid: string; readonly appId?: string }
  Throttled: { readonly retryAfterSeconds: number }
  Busy: { readonly retryAfterSeconds: number }
  NotReady: { readonly state: string; readonly because?: string }
  Conflict: { readonly message: string }
  NotSupported: { readonly message: string }
  /** What was shown opens no seal; the next try is taken after so long. */
  SealRefused: { readonly retryAfterSeconds: number }
  SealNotFound: { readonly id: string }
  /** Unix seconds, where the client said that it understands: a token from then on would do (identity-and-arm.md 1.8). */
  TokenRevoked: { readonly issuedAfter: number | undefined }
  VaultNotFound: { readonly name: string }
  KeyNotFound: { readonly name: string; readonly version?: string }
  DeletedKeyNotFound: { readonly name: string }
  KeyDisabled: { readonly operation: string }
  KeyNotYetValid: { readonly operation: string }
  KeyExpired: { readonly operation: string }
  KeyOperationForbidden: { readonly operation: string }
  KeyNameDeleted: { readonly name: string }
  KeyNameInUse: { readonly name: string }
  KeySizeNotSupported: { readonly size: number; readonly supported: readonly number[] }
  KeyOperationsUnsupported: { readonly given: readonly string[]; readonly supported: readonly string[] }
  /** `misfit`: a predicate whose subject is the key; `key` where it is known which. */
  AlgorithmIncompatible: {
    readonly use: 'signing' | 'encryption'
    readonly misfit: string
    readonly key?: { readonly name: string; readonly version: string }
  }
  ValueLengthInvalid: { readonly message: string }
  /** `kind`: of a private key whose numbers do not belong together. */
  KeyNotWhole: { readonly message: string; readonly kind?: 'RSA' | 'EC' }
  PurgeProtected: { readonly vault: string; readonly location: string }
  /** A certificate keeps it: the operation belongs to the certificate. */
  KeyManaged: { readonly operation: string }
  /** `because`: the name of what does not hold, never a value of the token's. */
  ReleaseRefused: { readonly because: string }
  SecretNotFound: { readonly name: string; readonly version?: string }
  DeletedSecretNotFound: { readonly name: string }
  SecretDisabled: { readonly operation: string }
  SecretManaged: { readonly operation: string }
  SecretNameDeleted: { readonly name: string }
  SecretNameInUse: { readonly name: string }
  CertificateNotFound: { readonly name: string; readonly version?: string }
  DeletedCertificateNotFound: { readonly name: string }
  PendingCertificateNotFound: { readonly name: string }
  CertificateIssuerNotFound: { readonly name: string }
  CertificateNameDeleted: { readonly name: string }
  CertificateNameInUse: { readonly name: string }
  /** By a key or a secret that is no certificate's. */
  CertificateNameTaken: { readonly name: string; readonly kind: 'key' | 'secret' }
  /** Nobody defined it, or it is disabled. */
  IssuerUnusable: { readonly name: string }
  IssuerNotConnected: { readonly name: string }
  /** `because`: a sentence about "it", the container, without any of its values. */
  BundleRefused: { readonly because: string }
  MergeForbidden: { readonly issuer: string }
  /** Of the tenant's own authority; hex. */
  IssuedCertificateNotFound: { readonly serial: string }
  AlarmNotFound: { readonly name: string }
  /** A vault's firewall. `because`: the address is not listed, or public access is off; `bypassed`: trusted services may pass. */
  NetworkForbidden: { readonly because: 'address' | 'publicAccess'; readonly bypassed: boolean; readonly address: string }
  TenantNotFound: { readonly tenant: string }
  /** An OAuth 2.0 refusal: RFC 6749 `error`, AADSTS number, sentence without secrets. */
  OAuthRefused: {
    readonly status: number
    readonly error: string
    readonly code: number
    readonly message: string
    readonly suberror?: string
  }
  DomainNotVerified: { readonly name: string }
  DirectoryObjectNotFound: { readonly id: string }
  ResourceNotFound: { readonly type: string; readonly name: string; readonly group?: string }
  ResourceGroupNotFound: { readonly name: string }
  SubscriptionNotFound: { readonly id: string }
  /** A refusal that only ARM knows, with ARM's own code. */
  ArmRefused: { readonly status: number; readonly code: string; readonly message: string; readonly target?: string }
  /** `lockedAt`: places whose locks hold it, in Azure's spelling. */
  ScopeLocked: { readonly scope: string; readonly verb: 'write' | 'delete'; readonly lockedAt: readonly string[] }
  KeyVaultAccessForbidden: { readonly keyUrl: string; readonly identity: string; readonly target?: string }
  DiskNotFound: { readonly id: string }
  DiskKeyUnavailable: { readonly disk: string; readonly because: string }
  /** RFC 9110 15.5.17. */
  RangeNotSatisfiable: { readonly sizeBytes: number }
}

/** What every wire needs to say it: names and limits, never key bytes, plaintext or tokens. */
export type ProblemDetails<C extends ProblemCode> = C extends keyof DetailsOf ? DetailsOf[C] : undefined
export type ProblemBody<Code extends ProblemCode = ProblemCode> = {
  [C in Code]: undefined extends ProblemDetails<C>
    ? { readonly code: C; readonly details?: undefined }
    : { readonly code: C; readonly details: ProblemDetails<C> }
}[Code]

/** The caller is told. Everything else that is thrown is a bug. */
export class Problem extends Error {
  readonly body: ProblemBody

  constructor(body: ProblemBody, options?: ErrorOptions) {
    super(body.code, options)
    this.name = 'Problem'
    this.body = body
  }
}
