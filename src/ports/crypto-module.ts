import type { Bytes, RecordId } from '#model/brands.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { KeySpec } from '#crypto/key-specs.ts'
import type { EncryptionAlgorithm, SignatureAlgorithm } from '#crypto/algorithms.ts'
import type { EcSpecName } from '#crypto/curves.ts'
import type { EdwardsScheme } from '#crypto/edwards.ts'
import type { MacSpec } from '#crypto/mac-keys.ts'
import type { MlDsaSpec } from '#crypto/ml-dsa.ts'
import type { MlKemSpec } from '#crypto/ml-kem.ts'
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
  /** Over µ, 64 bytes, which the caller has made of the public key and the message (FIPS 204 6.2). */
  signMu(mu: Bytes): Promise<Bytes>
  verifyMu(mu: Bytes, signature: Bytes): Promise<boolean>
}

/** A symmetric key under which every message gets a key of its own (SP 800-108r1 4.1), so that nobody counts messages. */
export interface UsableEnvelopeKey {
  /** `bound`: 32 bytes that must be the same at opening. No two answers are alike. */
  seal(plaintext: Bytes, bound: Bytes): Promise<Bytes>
  /** `undefined` for every cause alike. */
  open(box: Bytes, bound: Bytes): Promise<SecretBytes | undefined>
}

/** An HMAC key (RFC 2104) that is open for use. */
export interface UsableMacKey {
  mac(data: Bytes): Promise<Bytes>
  verify(data: Bytes, mac: Bytes): Promise<boolean>
}

/** The private half of an agreement on an elliptic curve (SP 800-56A 5.7.1.2). */
export interface UsableAgreementKey {
  /** The raw x coordinate. `peer`: SubjectPublicKeyInfo DER of a point that has been found on this curve. */
  agree(peer: Bytes): Promise<SecretBytes>
}

/** An Ed25519 key that is open for use. */
export interface UsableEdwardsKey {
  sign(scheme: EdwardsScheme, message: Bytes): Promise<Bytes>
  verify(scheme: EdwardsScheme, message: Bytes, signature: Bytes): Promise<boolean>
}

/** An ML-KEM key that is open for use (FIPS 203). */
export interface UsableKemKey {
  encapsulate(): Promise<{ readonly secret: SecretBytes; readonly ciphertext: Bytes }>
  /** `ciphertext` is of the spec's length; one of another key yields other bytes, never a refusal (FIPS 203 6.3). */
  decapsulate(ciphertext: Bytes): Promise<SecretBytes>
}

/** Keys of one kind: made, taken in, opened. */
export interface KeyKind<Spec extends string, Usable> {
  generate(spec: Spec, place: Place): Promise<MadeKey>
  /** `secret`: the bytes of a symmetric key, PKCS #8 DER of a private one; it has been judged by the caller. */
  import(spec: Spec, secret: SecretBytes, place: Place): Promise<MadeKey>
  /** Bounded cache inside: `material` is asked on a miss alone. */
  use(place: Place, spec: Spec, material: () => Promise<Material>): Promise<Usable>
}

export type EnvelopeSpec = 'AES-256'
export type EdwardsSpec = 'Ed25519'
/** What a pair that leaves the house can be. */
export type DataKeyPairSpec = KeySpec | EdwardsSpec | MlKemSpec

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
  readonly envelopes: KeyKind<EnvelopeSpec, UsableEnvelopeKey>
  readonly macs: KeyKind<MacSpec, UsableMacKey>
  readonly agreements: KeyKind<EcSpecName, UsableAgreementKey>
  readonly edwards: KeyKind<EdwardsSpec, UsableEdwardsKey>
  readonly kems: KeyKind<MlKemSpec, UsableKemKey>
  /** A pair for whoever asked, kept nowhere: PKCS #8 and SubjectPublicKeyInfo DER. The caller disposes of the private half. */
  generateDataKeyPair(spec: DataKeyPairSpec): Promise<{ readonly privateKey: SecretBytes; readonly publicKey: Bytes }>
  /** The material as bytes that travel in a sealed backup, and back. */
  backUp(place: Place, material: Material): SecretBytes
  restore(place: Place, backedUp: SecretBytes): Material
  /** PKCS #8 DER of a key that its certificate's policy lets leave; the caller zeroes it. No other way leads out. */
  export(place: Place, material: Material): SecretBytes
  /** By the feed, in the tick that applies it: every open version of the record. */
  drop(id: RecordId): void
}
