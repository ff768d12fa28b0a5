// What a module's code (CKR_*, PKCS #11 2.40, 5.1) or the host's own means to whoever uses a token. A code that says less than it seems to
// (SoftHSM answers a tampered ciphertext with CKR_GENERAL_ERROR) means that the session is not to be trusted any more, and no more than that.
import { TokenFailed, type TokenFailure, type TokenPlace } from '#ports/tokens.ts'
import type { Answer } from './frames.ts'

const moduleCodes: Readonly<Record<number, readonly [name: string, failure: TokenFailure]>> = {
  0x02: ['CKR_HOST_MEMORY', 'lost'],
  0x05: ['CKR_GENERAL_ERROR', 'lost'],
  0x06: ['CKR_FUNCTION_FAILED', 'lost'],
  0x30: ['CKR_DEVICE_ERROR', 'lost'],
  0x31: ['CKR_DEVICE_MEMORY', 'full'],
  0x32: ['CKR_DEVICE_REMOVED', 'lost'],
  0x50: ['CKR_FUNCTION_CANCELED', 'lost'],
  0x60: ['CKR_KEY_HANDLE_INVALID', 'lost'],
  0x70: ['CKR_MECHANISM_INVALID', 'mechanismMissing'],
  0x82: ['CKR_OBJECT_HANDLE_INVALID', 'lost'],
  0x90: ['CKR_OPERATION_ACTIVE', 'lost'],
  0xa0: ['CKR_PIN_INCORRECT', 'pinRefused'],
  0xa1: ['CKR_PIN_INVALID', 'pinRefused'],
  0xa2: ['CKR_PIN_LEN_RANGE', 'pinRefused'],
  0xa3: ['CKR_PIN_EXPIRED', 'pinRefused'],
  0xa4: ['CKR_PIN_LOCKED', 'pinLocked'],
  0xb0: ['CKR_SESSION_CLOSED', 'lost'],
  0xb1: ['CKR_SESSION_COUNT', 'busy'],
  0xb3: ['CKR_SESSION_HANDLE_INVALID', 'lost'],
  0xe0: ['CKR_TOKEN_NOT_PRESENT', 'lost'],
  0xe1: ['CKR_TOKEN_NOT_RECOGNIZED', 'lost'],
  0xe2: ['CKR_TOKEN_WRITE_PROTECTED', 'refused'],
  0x101: ['CKR_USER_NOT_LOGGED_IN', 'lost'],
  0x102: ['CKR_USER_PIN_NOT_INITIALIZED', 'pinRefused'],
  0x190: ['CKR_CRYPTOKI_NOT_INITIALIZED', 'lost'],
}

type HostFailure = Extract<
  TokenFailure,
  | 'moduleUnloadable'
  | 'tokenMissing'
  | 'tokenAmbiguous'
  | 'pinLastTry'
  | 'mechanismMissing'
  | 'keyMissing'
  | 'keyAmbiguous'
  | 'keyExposed'
  | 'lost'
>

/** Numbers of native/token-host.c. */
const hostCodes: Readonly<Record<number, HostFailure>> = {
  1: 'lost',
  2: 'moduleUnloadable',
  3: 'tokenMissing',
  4: 'tokenAmbiguous',
  5: 'pinLastTry',
  6: 'mechanismMissing',
  7: 'keyMissing',
  8: 'keyAmbiguous',
  9: 'keyExposed',
}

const sentences: Readonly<Record<TokenFailure, (place: TokenPlace) => string>> = {
  hostMissing: () => 'native/build/token-host is not built: npm run install, with a C compiler',
  moduleUnloadable: ({ module }) => `${module} does not load as a PKCS #11 module`,
  tokenMissing: ({ module, label }) => `there is no token ${label} in ${module}`,
  tokenAmbiguous: ({ module, label }) => `${module} has several tokens ${label}`,
  pinUnreadable: () => 'its PIN cannot be read',
  pinRefused: ({ label }) => `the token ${label} does not take the PIN, which is not tried again: tokens lock`,
  pinLocked: ({ label }) => `the PIN of the token ${label} is locked: its security officer sets a new one`,
  pinLastTry: ({ label }) => `the token ${label} locks after one more wrong PIN: log in by its own tool first`,
  mechanismMissing: ({ label }) => `the token ${label} has no AES-256-GCM (CKM_AES_GCM)`,
  keyMissing: ({ label }) => `the token ${label} does not have the key`,
  keyAmbiguous: ({ label }) => `the token ${label} has several keys of one name`,
  keyExposed: ({ label }) => `the key in the token ${label} is not one that never leaves it (AES-256, CKA_SENSITIVE, not CKA_EXTRACTABLE)`,
  full: ({ label }) => `the token ${label} has no room for another key`,
  busy: ({ label }) => `the token ${label} gives no more sessions`,
  lost: ({ label }) => `the token ${label} does not answer as it should`,
  timeout: ({ label }) => `the token ${label} does not answer in time`,
  refused: ({ label }) => `the token ${label} refuses`,
}

export function tokenFailure(failure: TokenFailure, place: TokenPlace, more: { readonly code?: string; readonly cause?: unknown } = {}) {
  const { code, cause } = more
  return new TokenFailed(failure, `${sentences[failure](place)}${code === undefined ? '' : ` (${code})`}`, { cause })
}

/** What an answer that is no success means. */
export function failureOf({ by, code }: Pick<Answer, 'by' | 'code'>, place: TokenPlace): TokenFailed {
  if (by === 'host') return tokenFailure(hostCodes[code] ?? 'lost', place)
  const [name, failure] = moduleCodes[code] ?? [`CKR 0x${code.toString(16)}`, 'refused']
  return tokenFailure(failure, place, { code: name })
}
