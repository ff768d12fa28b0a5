/**
 * `errorCode` of a record. KMS answers `AccessDeniedException` and records `AccessDenied`; and a call that another service made for the
 * caller was refused inside, before any wire had a word for it.
 */
export function serviceErrorCode(plane: string, code: string | undefined): string {
  const said = code ?? 'InternalFailure'
  return plane === 'kms' ? (kmsCodes[said] ?? said) : said
}

const kmsCodes: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  AccountKeyHidden: 'AccessDenied',
  AccountKeyDisabled: 'DisabledException',
  AccountKeyNotFound: 'NotFoundException',
  AccountKeyStateInvalid: 'KMSInvalidStateException',
  AccountKeyUnavailable: 'KeyUnavailableException',
  CiphertextInvalid: 'InvalidCiphertextException',
  CiphertextOfOtherKey: 'IncorrectKeyException',
  KeyUsageInvalid: 'InvalidKeyUsageException',
}
