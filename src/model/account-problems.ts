import type { ProblemKind } from './problem-kind.ts'

/** The part of the catalogue that accounts, their signed requests and their keys add. */
export const accountProblemKinds = {
  // trails of accounts
  TrailNotFound: 'missing',
  TrailNameTaken: 'conflict',
  TrailInvalid: 'invalid',
  // volumes of accounts
  VolumeNotFound: 'missing',
  VolumeInvalid: 'invalid',
  // requests that are signed
  SignatureMissing: 'unauthenticated',
  SignatureIncomplete: 'unauthenticated',
  SignatureMismatch: 'unauthenticated',
  SignatureStale: 'unauthenticated',
  SignatureScopeWrong: 'unauthenticated',
  HeadersUnsigned: 'unauthenticated',
  SignatureAlgorithmUnknown: 'unauthenticated',
  AccessKeyUnknown: 'unauthenticated',
  SessionExpired: 'unauthenticated',
  SessionForbidden: 'forbidden',
  PackedPolicyTooLarge: 'invalid',
  AuthorizationMessageInvalid: 'invalid',
  WebIdentityRefused: 'unauthenticated',
  UnknownAction: 'invalid',
  ValidationFailed: 'invalid',
  // accounts
  AccountNotFound: 'missing',
  EntityNotFound: 'missing',
  EntityExists: 'conflict',
  EntityInUse: 'conflict',
  EntityUnmodifiable: 'invalid',
  InputInvalid: 'invalid',
  PolicyNotAttachable: 'invalid',
  LimitExceeded: 'invalid',
  PolicyMalformed: 'invalid',
  // keys of an account
  AccountKeyNotFound: 'missing',
  AccountKeyHidden: 'forbidden',
  AccountKeyDisabled: 'conflict',
  AccountKeyStateInvalid: 'conflict',
  AccountKeyUnavailable: 'unavailable',
  KeyUsageInvalid: 'invalid',
  KeyOperationUnsupported: 'invalid',
  CiphertextInvalid: 'invalid',
  CiphertextOfOtherKey: 'invalid',
  SignatureInvalid: 'invalid',
  MacInvalid: 'invalid',
  AliasNotFound: 'missing',
  AliasTaken: 'conflict',
  AliasNameInvalid: 'invalid',
  ArnInvalid: 'invalid',
  MarkerInvalid: 'invalid',
  TagsInvalid: 'invalid',
  ReplicaExists: 'conflict',
  RotationConflict: 'conflict',
  GrantIdInvalid: 'invalid',
  GrantTokenInvalid: 'invalid',
  DryRunPassed: 'precondition',
  ImportTokenExpired: 'invalid',
  ImportTokenInvalid: 'invalid',
  KeyMaterialIncorrect: 'invalid',
  KeyStoreRefused: 'invalid',
} as const satisfies Record<string, ProblemKind>

/** As in `problem.ts`: names and limits, never key bytes, plaintext or signatures. */
export interface AccountDetails {
  SignatureIncomplete: { readonly message: string }
  /** `message`: a sentence with times, never with what was signed. */
  SignatureStale: { readonly message: string; readonly presigned?: true }
  /** Headers that a signature must be over, and is not. */
  HeadersUnsigned: { readonly names: readonly string[] }
  SignatureScopeWrong: { readonly message: string; readonly region?: string }
  SessionForbidden: { readonly message: string }
  PackedPolicyTooLarge: { readonly percent: number }
  /** A token that vouches for somebody outside. */
  WebIdentityRefused: { readonly reason: 'invalid' | 'rejected' | 'unreachable' | 'expired'; readonly message: string }
  UnknownAction: { readonly action: string }
  /** Whole sentence of the wire, all violations in it (aws-kms.md 1.3). */
  ValidationFailed: { readonly message: string }
  AccountNotFound: { readonly id: string }
  /** A user, role, group, policy … of an account; `type` is the noun in its sentence. */
  EntityNotFound: { readonly type: string; readonly name: string }
  EntityExists: { readonly type: string; readonly name: string }
  EntityInUse: { readonly message: string }
  EntityUnmodifiable: { readonly message: string }
  InputInvalid: { readonly message: string }
  PolicyNotAttachable: { readonly message: string }
  LimitExceeded: { readonly message: string }
  PolicyMalformed: { readonly message: string }
  /** `message`: `Key 'arn' does not exist`, `Invalid keyId 'x'`. */
  AccountKeyNotFound: { readonly message: string }
  /** Of a ciphertext whose key is unknown, another's or out of sight. */
  AccountKeyHidden: { readonly action: string; readonly arn: string }
  AccountKeyDisabled: { readonly arn: string }
  /** `is`: `pending deletion`, `not pending deletion`, `pending import`, `unavailable`, `creating`, `updating`. */
  AccountKeyStateInvalid: { readonly arn: string; readonly is: string }
  AccountKeyUnavailable: { readonly message: string }
  KeyUsageInvalid: { readonly message: string }
  KeyOperationUnsupported: { readonly message: string }
  AliasNotFound: { readonly arn: string }
  AliasTaken: { readonly arn: string }
  AliasNameInvalid: { readonly message: string }
  ArnInvalid: { readonly message: string }
  TagsInvalid: { readonly message: string }
  ReplicaExists: { readonly message: string }
  RotationConflict: { readonly message: string }
  KeyMaterialIncorrect: { readonly message: string }
  /** A refusal that only key stores know, with the service's own name of it. */
  KeyStoreRefused: { readonly name: string; readonly message: string }
  TrailNotFound: { readonly name: string }
  TrailNameTaken: { readonly name: string }
  TrailInvalid: { readonly what: TrailFlaw; readonly message: string }
  VolumeNotFound: { readonly id: string }
  VolumeInvalid: { readonly what: VolumeFlaw; readonly message: string }
}

/** What of a volume, or of what is asked of one, is wrong. */
type VolumeFlaw =
  | 'value'
  | 'missing'
  | 'combination'
  | 'dependency'
  | 'zone'
  | 'snapshot'
  | 'snapshotId'
  | 'snapshotInUse'
  | 'id'
  | 'modification'
  | 'tags'
  | 'tooMany'
  | 'repeated'
  | 'inUse'
  | 'instance'
  | 'state'
  | 'attachment'
  | 'tooManyAttached'
  | 'key'
  | 'unsupported'
  | 'userId'
  | 'notPermitted'

/** What of a trail, or of what is asked of one, is wrong. */
type TrailFlaw =
  | 'name'
  | 'arn'
  | 'bucket'
  | 'bucketName'
  | 'bucketPolicy'
  | 'keyPolicy'
  | 'prefix'
  | 'key'
  | 'homeRegion'
  | 'selectors'
  | 'insights'
  | 'tags'
  | 'tooManyTags'
  | 'tooMany'
  | 'unsupported'
  | 'combination'
  | 'attributes'
  | 'times'
  | 'count'
  | 'category'
