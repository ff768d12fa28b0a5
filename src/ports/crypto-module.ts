import type { Bytes, RecordId } from '#model/brands.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { KeySpec } from '#crypto/key-specs.ts'
import type { EncryptionAlgorithm, SignatureAlgorithm } from '#crypto/algorithms.ts'
import type { MlDsaSpec } from '#crypto/ml-dsa.ts'
import type { MacAlgorithm, SymmetricCipher, SymmetricSpec } from '#crypto/symmetric.ts'
import type { Material, Place } from './record-store.ts'

/** A key that is open for use. Nothing turns it into a row. Private operations run off the HTTP thread. */
export interface UsableKey {
  /** Raises `ValueLengthInvalid`, `AlgorithmIncompatible`. */
  encrypt(algorithm: EncryptionAlgorithm, plaintext: Bytes): Promise<Bytes>
  /** One refusal for every cause: `DecryptionFailed`. */
  decrypt(algorithm: EncryptionAlgorithm, ciphertext: Bytes): Promise<SecretBytes>
  /** Over the digest as given: never hashed again. ECDSA answers R ‖ S of fixed width (RFC 7518 3.4). */
  sign(algorithm: SignatureAlgorithm, digest: Bytes): Promise<Bytes>
  verify(algorithm: SignatureAlgorithm, digest: Bytes, signature: Bytes): Promise<boolean>
}

/** What goes along with a plaintext or a ciphertext, where the algorithm wants it. */
export interface CipherInput {
  readonly iv?: Bytes | undefined
  readonly aad?: Bytes | undefined
  readonly tag?: Bytes | undefined
}

export interface CipherOutput {
  readonly value: Bytes
  readonly iv?: Bytes
  readonly tag?: Bytes
}

/** A symmetric key that is open for use. Raises `ValueLengthInvalid`, `AlgorithmIncompatible`, `InvalidBody` for what goes along. */
export interface UsableSymmetricKey {
  encrypt(algorithm: SymmetricCipher, plaintext: Bytes, input?: CipherInput): Promise<CipherOutput>
  /** One refusal for every cause: `DecryptionFailed`. */
  decrypt(algorithm: SymmetricCipher, ciphertext: Bytes, input?: CipherInput): Promise<SecretBytes>
  /** HMAC over the bytes as given. */
  sign(algorithm: MacAlgorithm, data: Bytes): Promise<Bytes>
  verify(algorithm: MacAlgorithm, data: Bytes, signature: Bytes): Promise<boolean>
}

/** An ML-DSA key that is open for use, over the message itself: it hashes by its own rules (FIPS 204 5.2). Raises `ValueLengthInvalid`, `InvalidBody`. */
export interface UsableMlDsaKey {
  sign(message: Bytes, context?: Bytes): Promise<Bytes>
  verify(message: Bytes, signature: Bytes, context?: Bytes): Promise<boolean>
}

/** The public half as SubjectPublicKeyInfo DER; `undefined` for symmetric keys. */
export interface MadeKey {
  readonly material: Material
  readonly publicKey?: Bytes
}

/** Does the mathematics (FIPS 140 "cryptographic module"). A key version names its module; its material is opaque to all others. */
export interface CryptoModule {
  readonly name: string
  generate(spec: KeySpec, place: Place): Promise<MadeKey>
  /** `pkcs8` has passed the import gate (crypto/import-gate.ts). */
  import(spec: KeySpec, pkcs8: SecretBytes, place: Place): Promise<MadeKey>
  /** Bounded cache inside: `material` is asked on a miss alone. */
  use(place: Place, spec: KeySpec, material: () => Promise<Material>): Promise<UsableKey>
  generateSymmetric(spec: SymmetricSpec, place: Place): Promise<MadeKey>
  /** `secret` is of the spec's length. */
  importSymmetric(spec: SymmetricSpec, secret: SecretBytes, place: Place): Promise<MadeKey>
  useSymmetric(place: Place, spec: SymmetricSpec, material: () => Promise<Material>): Promise<UsableSymmetricKey>
  generateMlDsa(spec: MlDsaSpec, place: Place): Promise<MadeKey>
  /** `seed`: 32 bytes. */
  importMlDsa(spec: MlDsaSpec, seed: SecretBytes, place: Place): Promise<MadeKey>
  useMlDsa(place: Place, spec: MlDsaSpec, material: () => Promise<Material>): Promise<UsableMlDsaKey>
  /** The material as bytes that travel in a sealed backup, and back. */
  backUp(place: Place, material: Material): SecretBytes
  restore(place: Place, backedUp: SecretBytes): Material
  /** PKCS #8 DER of a key that its certificate's policy lets leave; the caller zeroes it. No other way leads out. */
  export(place: Place, material: Material): SecretBytes
  /** By the feed, in the tick that applies it: every open version of the record. */
  drop(id: RecordId): void
}
