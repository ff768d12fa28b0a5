// What is said of stores whose keys stand in tokens: names and causes of one service (aws-kms.md 1.3, 3.5).
import type { Problem } from '#model/problem.ts'
import { TokenFailed, type TokenFailure } from '#ports/tokens.ts'
import { storeRefused } from './refusals.ts'

/** Why a store does not connect, as its description shows it. */
export type TokenConnectionError = 'CLUSTER_NOT_FOUND' | 'INTERNAL_ERROR' | 'INVALID_CREDENTIALS' | 'NETWORK_ERRORS' | 'USER_LOCKED_OUT'

interface FailureRow {
  readonly connection: TokenConnectionError
  /** Of whoever uses a key in it. */
  readonly message: string
}

const away: FailureRow = {
  connection: 'NETWORK_ERRORS',
  message: 'The CloudHSM cluster of the custom key store does not answer. Verify that it is active and that its HSMs are available.',
}
const internal: FailureRow = { connection: 'INTERNAL_ERROR', message: 'The CloudHSM cluster of the custom key store could not do it.' }
const lockedOut: FailureRow = {
  connection: 'USER_LOCKED_OUT',
  message:
    'The kmsuser crypto user is locked out of the CloudHSM cluster. Set another password in the cluster and in the custom key store.',
}

const rows: Readonly<Record<TokenFailure, FailureRow>> = {
  hostMissing: internal,
  moduleUnloadable: internal,
  tokenMissing: away,
  tokenAmbiguous: internal,
  pinUnreadable: internal,
  pinRefused: {
    connection: 'INVALID_CREDENTIALS',
    message:
      'The CloudHSM cluster does not take the password of the custom key store. Disconnect it, update KeyStorePassword, and connect it.',
  },
  pinLocked: lockedOut,
  pinLastTry: lockedOut,
  mechanismMissing: internal,
  keyMissing: { ...internal, message: 'The key material is not in the CloudHSM cluster of the custom key store.' },
  keyAmbiguous: internal,
  keyExposed: { ...internal, message: 'The key material in the CloudHSM cluster is not what KMS has made there.' },
  full: { ...internal, message: 'The CloudHSM cluster of the custom key store has no room for another key.' },
  busy: away,
  lost: away,
  timeout: { ...away, message: 'The CloudHSM cluster of the custom key store did not answer in time. Try again.' },
  refused: internal,
}

export const tokenConnectionErrorOf = ({ failure }: TokenFailed): TokenConnectionError => rows[failure].connection

/** What a token's failure means to who uses a key in it. Raises `KeyStoreRefused`. */
export async function askedOfToken<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof TokenFailed) throw refusedByToken(error)
    throw error
  }
}

const refusedByToken = ({ failure }: TokenFailed): Problem => storeRefused('KMSInvalidState', rows[failure].message)
