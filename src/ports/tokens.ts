import type { Bytes } from '#model/brands.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'

/** Which token: by its label in a PKCS #11 module, a shared library at an absolute path. */
export interface TokenPlace {
  readonly module: string
  readonly label: string
}

/** A key in a token, by CKA_LABEL and CKA_ID: together at most 150 bytes. */
export interface TokenKeyName {
  readonly label: string
  readonly id: Bytes
}

/** AES-256-GCM: an IV of 12 bytes, and what it encrypted with its tag of 16 behind. */
export interface TokenBox {
  readonly iv: Bytes
  readonly ciphertext: Bytes
}

/** As the token says of itself, without the blanks behind. */
export interface TokenFacts {
  readonly serial: string
  readonly model: string
  readonly manufacturer: string
}

/** One name a cause. */
export type TokenFailure =
  | 'hostMissing'
  | 'moduleUnloadable'
  | 'tokenMissing'
  | 'tokenAmbiguous'
  | 'pinUnreadable'
  | 'pinRefused'
  | 'pinLocked'
  | 'pinLastTry'
  | 'mechanismMissing'
  | 'keyMissing'
  | 'keyAmbiguous'
  | 'keyExposed'
  | 'full'
  | 'busy'
  | 'lost'
  | 'timeout'
  | 'refused'

/** The message names modules, tokens and codes; never a PIN or a key. */
export class TokenFailed extends Error {
  override readonly name = 'TokenFailed'
  readonly failure: TokenFailure

  constructor(failure: TokenFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.failure = failure
  }
}

/**
 * A token that somebody has logged into: AES-256 keys that never leave it. Nothing of it runs on the calling thread, each call ends within its
 * deadline, and all reject with `TokenFailed`. Where its session is lost it is opened anew, once a call; a PIN that was refused is never
 * shown to it again.
 */
export interface Token extends Disposable {
  /** Rejects where it cannot be used as it must. */
  open(): Promise<TokenFacts>
  hasKey(name: TokenKeyName): Promise<boolean>
  /** Makes the key in the token, sensitive and not extractable, unless it is there. */
  makeKey(name: TokenKeyName): Promise<void>
  seal(name: TokenKeyName, plaintext: Bytes, aad: Bytes): Promise<TokenBox>
  /** `undefined` for a box that this key did not make so; the token is sound, and the caller disposes of what comes out. */
  unseal(name: TokenKeyName, box: TokenBox, aad: Bytes): Promise<SecretBytes | undefined>
  /** Does nothing where it is not there. */
  destroyKey(name: TokenKeyName): Promise<void>
  random(length: number): Promise<SecretBytes>
}
