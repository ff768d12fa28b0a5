import type { Bytes } from '#model/brands.ts'

/** Where the proxy of an external key store is, and as whom it is spoken to. `secret` is never kept or shown. */
export interface ExternalProxy {
  /** `https://host`. */
  readonly endpoint: string
  /** `[/prefix]/kms/xks/v1`. */
  readonly path: string
  /** Region that the signature names. */
  readonly region: string
  readonly accessKeyId: string
  readonly secret: string
}

/** For whom something is asked, as the proxy is told it. */
export interface ExternalAsker {
  /** ARN. */
  readonly principal: string
  readonly keyArn?: string
  /** `Encrypt`, `CreateKey`. */
  readonly operation: string
  readonly requestId: string
  /** Service through which the caller comes. */
  readonly via?: string
}

export interface ExternalKeyFacts {
  readonly spec: string
  readonly usages: readonly string[]
  readonly enabled: boolean
}

export interface ExternalCiphertext {
  readonly ciphertext: Bytes
  /** 12 or 16 bytes. */
  readonly iv: Bytes
  /** 16 bytes. */
  readonly tag: Bytes
  /** At most 20 bytes. */
  readonly metadata?: Bytes
}

/** One name a cause: what the proxy said, or what kept it from saying anything. */
export type ExternalFailure =
  | 'refusedAsInvalid'
  | 'keyDisabled'
  | 'ciphertextInvalid'
  | 'keyUsage'
  | 'authentication'
  | 'accessDenied'
  | 'keyNotFound'
  | 'uriPath'
  | 'throttled'
  | 'unsupported'
  | 'dependencyTimeout'
  | 'internal'
  | 'unreachable'
  | 'untrusted'
  | 'timeout'
  | 'malformed'
  | 'unavailable'

export class ExternalKeyFailed extends Error {
  override readonly name = 'ExternalKeyFailed'
  readonly failure: ExternalFailure

  constructor(failure: ExternalFailure, options?: ErrorOptions) {
    super(failure, options)
    this.failure = failure
  }
}

/** Keys that somebody keeps elsewhere, through their proxy. Each call answers within a quarter of a second or rejects with `ExternalKeyFailed`. */
export interface ExternalKeys {
  /** Resolves where at least one key manager behind it serves. */
  health(proxy: ExternalProxy, asker: ExternalAsker): Promise<void>
  describe(proxy: ExternalProxy, keyId: string, asker: ExternalAsker): Promise<ExternalKeyFacts>
  /** AES-GCM with the 256-bit key outside; what comes back was hashed by the proxy before it was tried there, and the hash is right. */
  encrypt(
    proxy: ExternalProxy,
    what: { readonly keyId: string; readonly plaintext: Bytes; readonly aad: Bytes },
    asker: ExternalAsker,
  ): Promise<ExternalCiphertext>
  decrypt(
    proxy: ExternalProxy,
    what: { readonly keyId: string; readonly sealed: ExternalCiphertext; readonly aad: Bytes },
    asker: ExternalAsker,
  ): Promise<Bytes>
}
