import { hiddenBecause } from '#domain/access/rule-books/account-policies.ts'
import { jsonErrors } from '#protocols/aws/json-errors.ts'
import { refuseIn, type AwsTable, type AwsWords } from '#protocols/aws/problems.ts'

const bad = (code: string, message?: string): AwsWords => ({ status: 400, code, ...(message !== undefined && { message }) })

/** Of a ciphertext that names a key nobody learns which. */
const whereHidden = (arn: string): string => (arn === '' ? 'the resource associated with this ciphertext' : `resource: ${arn}`)

/** Under the name that the service has for it; every fault of a client is a 400 (aws-kms.md 1.3). */
const table: AwsTable = {
  AccountKeyNotFound: ({ message }) => bad('NotFoundException', message),
  AliasNotFound: ({ arn }) => bad('NotFoundException', `Alias ${arn} is not found.`),
  AccountKeyHidden: ({ action, arn }, { call }) =>
    bad(
      'AccessDeniedException',
      `User: ${call.who.acting?.arn ?? 'anonymous'} is not authorized to perform: ${action} on ${whereHidden(arn)} ${hiddenBecause}`,
    ),
  AccountKeyDisabled: ({ arn }) => bad('DisabledException', `${arn} is disabled.`),
  AccountKeyStateInvalid: ({ arn, is }) => bad('KMSInvalidStateException', `${arn} is ${is}.`),
  AccountKeyUnavailable: ({ message }) => ({ status: 500, code: 'KeyUnavailableException', message }),
  KeyUsageInvalid: ({ message }) => bad('InvalidKeyUsageException', message),
  KeyOperationUnsupported: ({ message }) => bad('UnsupportedOperationException', message),
  // No word more: what is wrong with a ciphertext, a signature or a code is nobody's to learn.
  CiphertextInvalid: () => bad('InvalidCiphertextException'),
  SignatureInvalid: () => bad('KMSInvalidSignatureException'),
  MacInvalid: () => bad('KMSInvalidMacException'),
  CiphertextOfOtherKey: () =>
    bad('IncorrectKeyException', 'The key ID in the request does not identify a CMK that can perform this operation.'),
  AliasTaken: ({ arn }) => bad('AlreadyExistsException', `An alias with the name ${arn} already exists`),
  AliasNameInvalid: ({ message }) => bad('InvalidAliasNameException', message),
  ArnInvalid: ({ message }) => bad('InvalidArnException', message),
  MarkerInvalid: () => bad('InvalidMarkerException', 'The marker does not belong to this list.'),
  TagsInvalid: ({ message }) => bad('TagException', message),
  LimitExceeded: ({ message }) => bad('LimitExceededException', message),
  PolicyMalformed: ({ message }) => bad('MalformedPolicyDocumentException', message),
  ReplicaExists: ({ message }) => bad('AlreadyExistsException', message),
  RotationConflict: ({ message }) => bad('ConflictException', message),
  GrantIdInvalid: () => bad('InvalidGrantIdException', 'The grant id is not valid.'),
  GrantTokenInvalid: () => bad('InvalidGrantTokenException', 'The grant token is not valid.'),
  DryRunPassed: () => bad('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.'),
  ImportTokenExpired: () => bad('ExpiredImportTokenException', 'The import token has expired.'),
  ImportTokenInvalid: () => bad('InvalidImportTokenException', 'The import token does not belong to this KMS key.'),
  KeyMaterialIncorrect: ({ message }) => bad('IncorrectKeyMaterialException', message),
  KeyStoreRefused: ({ name, message }) => bad(name, message),
  Throttled: () => bad('ThrottlingException', 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.'),
  StorageReserved: () => ({
    status: 500,
    code: 'KMSInternalException',
    message: 'The request could not be completed: there is no space left.',
  }),
}

export const refuse = refuseIn(jsonErrors, table)
