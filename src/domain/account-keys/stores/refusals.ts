// What is said of key stores and of the proxies behind them: names and causes of one service (aws-kms.md 1.3, 3.5; XKS Proxy API, "KMS considerations").
import { Problem } from '#model/problem.ts'
import type { ExternalFailure } from '#ports/external-keys.ts'

export type StoreRefusal =
  | 'CloudHsmClusterInUse'
  | 'CloudHsmClusterInvalidConfiguration'
  | 'CloudHsmClusterNotActive'
  | 'CloudHsmClusterNotFound'
  | 'CloudHsmClusterNotRelated'
  | 'CustomKeyStoreHasCMKs'
  | 'CustomKeyStoreInvalidState'
  | 'CustomKeyStoreNameInUse'
  | 'CustomKeyStoreNotFound'
  | 'IncorrectTrustAnchor'
  | 'KMSInvalidState'
  | 'XksKeyAlreadyInUse'
  | 'XksKeyInvalidConfiguration'
  | 'XksKeyNotFound'
  | 'XksProxyIncorrectAuthenticationCredential'
  | 'XksProxyInvalidConfiguration'
  | 'XksProxyInvalidResponse'
  | 'XksProxyUriInUse'
  | 'XksProxyUriUnreachable'
  | 'XksProxyVpcEndpointServiceNotFound'

export const storeRefused = (refusal: StoreRefusal, message: string): Problem =>
  new Problem({ code: 'KeyStoreRefused', details: { name: `${refusal}Exception`, message } })

/** Why a store does not connect, as its description shows it. */
export type ConnectionError =
  | 'INTERNAL_ERROR'
  | 'XKS_PROXY_ACCESS_DENIED'
  | 'XKS_PROXY_INVALID_CONFIGURATION'
  | 'XKS_PROXY_INVALID_RESPONSE'
  | 'XKS_PROXY_INVALID_TLS_CONFIGURATION'
  | 'XKS_PROXY_NOT_REACHABLE'
  | 'XKS_PROXY_TIMED_OUT'

interface FailureRow {
  /** Of whoever makes or changes a store. */
  readonly store: StoreRefusal
  /** Of whoever makes a key in one. */
  readonly key: StoreRefusal
  readonly connection: ConnectionError
  readonly message: string
}

const unreadable: FailureRow = {
  store: 'XksProxyInvalidResponse',
  key: 'CustomKeyStoreInvalidState',
  connection: 'XKS_PROXY_INVALID_RESPONSE',
  message: 'The answer of the external key store proxy cannot be read. If this happens again, its administrator should know of it.',
}
const unreachable: FailureRow = {
  store: 'XksProxyUriUnreachable',
  key: 'CustomKeyStoreInvalidState',
  connection: 'XKS_PROXY_NOT_REACHABLE',
  message:
    'The external key store proxy cannot be reached. Verify that it is running, that its endpoint is right and that it may be reached from here.',
}

/** One row a failure. All uses of keys answer a failure as an invalid state of the key, with the same sentence. */
const rows: Readonly<Record<ExternalFailure, FailureRow>> = {
  refusedAsInvalid: unreadable,
  malformed: unreadable,
  keyDisabled: {
    ...unreadable,
    key: 'XksKeyInvalidConfiguration',
    message: 'The external key is not enabled in its key manager. Enable it there and try again.',
  },
  ciphertextInvalid: {
    ...unreadable,
    message:
      'The external key store proxy refused the ciphertext: it, or the encryption context, is corrupted, missing or otherwise invalid.',
  },
  keyUsage: {
    ...unreadable,
    key: 'XksKeyInvalidConfiguration',
    message: 'The external key does not support the operation. Enable it for the key in its key manager and try again.',
  },
  authentication: {
    store: 'XksProxyIncorrectAuthenticationCredential',
    key: 'CustomKeyStoreInvalidState',
    connection: 'XKS_PROXY_ACCESS_DENIED',
    message: 'The external key store proxy did not accept the credential of the key store. Verify it, and update it if necessary.',
  },
  accessDenied: {
    store: 'XksProxyInvalidConfiguration',
    key: 'KMSInvalidState',
    connection: 'XKS_PROXY_ACCESS_DENIED',
    message: 'The external key store proxy denied the operation. Verify that the caller and the external key are authorized for it there.',
  },
  keyNotFound: {
    ...unreadable,
    key: 'XksKeyNotFound',
    message: 'The external key was not found in its key manager. If its id is wrong, make a new KMS key with the right one.',
  },
  uriPath: {
    store: 'XksProxyInvalidConfiguration',
    key: 'CustomKeyStoreInvalidState',
    connection: 'XKS_PROXY_INVALID_CONFIGURATION',
    message: 'The external key store proxy does not know the URI path. Verify it, and update the key store if necessary.',
  },
  throttled: {
    ...unreachable,
    message: 'The external key store proxy has too many requests. Reduce the frequency of calls with keys of this key store.',
  },
  unsupported: { ...unreadable, message: 'The external key store proxy does not support the operation.' },
  dependencyTimeout: {
    ...unreachable,
    connection: 'XKS_PROXY_TIMED_OUT',
    message: 'The external key store proxy did not get an answer from its key manager in time. Try again.',
  },
  internal: {
    ...unreadable,
    message:
      'The external key store proxy cannot speak to its key manager. Verify that it is configured right and that the key manager is available.',
  },
  unavailable: { ...unreachable, message: 'All key managers of the external key store are unavailable.' },
  unreachable,
  untrusted: {
    ...unreachable,
    connection: 'XKS_PROXY_INVALID_TLS_CONFIGURATION',
    message: 'No TLS connection to the external key store proxy can be made. Verify its TLS configuration and its certificate.',
  },
  timeout: {
    ...unreachable,
    connection: 'XKS_PROXY_TIMED_OUT',
    message: 'The external key store proxy did not answer in time. Try again.',
  },
}

export const connectionErrorOf = (failure: ExternalFailure): ConnectionError => rows[failure].connection

/** What a caller is told of a failure, by what it was doing. */
export function failureAt(doing: 'store' | 'key' | 'use', failure: ExternalFailure): Problem {
  const { message, ...row } = rows[failure]
  return storeRefused(doing === 'use' ? 'KMSInvalidState' : row[doing], message)
}
