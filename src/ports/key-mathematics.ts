import type { EncryptionAlgorithm, SignatureAlgorithm } from '#crypto/algorithms.ts'
import type { KeySpec } from '#crypto/key-specs.ts'
import type { Bytes } from '#model/brands.ts'
import type { Random } from './random.ts'

export type EcSpec = Extract<KeySpec, `P-${string}`>
export type RsaSignatureAlgorithm = Extract<SignatureAlgorithm, `RS${string}` | `PS${string}`>

/** Where an operation runs: at once on the calling thread, or on a thread of the pool (performance.md 5.1). */
export type Placement = 'inline' | 'pool'

/** An RSA private key that is open for use. Lengths have been checked by the caller. */
export interface RsaPrivateKey extends Disposable {
  /** `undefined` for every cause alike; RSA1_5 rejects implicitly instead (key-vault.md 2.6). */
  decrypt(algorithm: EncryptionAlgorithm, ciphertext: Bytes): Promise<Bytes | undefined>
  /** Over the digest as given (PSS: salt as long as the digest); a modulus long. */
  sign(algorithm: RsaSignatureAlgorithm, digest: Bytes): Promise<Bytes>
}

/** An elliptic-curve private key that is open for use; R ‖ S of fixed width (RFC 7518 3.4). */
export interface EcPrivateKey extends Disposable {
  sign(digest: Bytes, placement: Placement): Promise<Bytes>
  /** False for a signature of another width. */
  verify(digest: Bytes, signature: Bytes, placement: Placement): Promise<boolean>
}

/** ML-DSA of a message for a context, or of the µ that another made of both (FIPS 204 6.2); Ed25519 that hashes first (RFC 8032 5.1). */
export type MessageForm = 'mlDsa' | 'mlDsaMu' | 'ed25519ph'

export interface SignedMessage {
  readonly form: MessageForm
  readonly message: Bytes
  /** Of `mlDsa`; empty where it is absent. */
  readonly context?: Bytes
}

/**
 * Signatures that begin with a key as its PKCS #8 has it: to make the key of it is much of the work, and done where the rest is, on a thread of
 * the pool. The caller zeroes `pkcs8` when the answer has come.
 */
export interface MessageSigning {
  /** `random`: for what hides the key, where the implementation has no source of its own. */
  sign(pkcs8: Bytes, said: SignedMessage, random: Random): Promise<Bytes>
  verify(pkcs8: Bytes, said: SignedMessage & { readonly signature: Bytes }): Promise<boolean>
}

/** What the software module asks of the native module, or of what stands in for it. Throws `Error` for a key that does not parse. */
export interface KeyMathematics {
  /** Copies what it needs: the caller zeroes `pkcs8`. `random`: for salts, where the implementation has no source of its own. */
  openRsaKey(pkcs8: Bytes, random: Random): RsaPrivateKey
  openEcKey(spec: EcSpec, pkcs8: Bytes): EcPrivateKey
  readonly messages: MessageSigning
}
