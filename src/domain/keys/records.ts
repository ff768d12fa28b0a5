import { z } from 'zod'
import { keySpecs } from '#crypto/key-specs.ts'
import { mlDsaSpecs } from '#crypto/ml-dsa.ts'
import { symmetricSpecs } from '#crypto/symmetric.ts'
import { namesOf } from '#model/names.ts'
import { family } from '#domain/records/family.ts'
import { dueAtOf, objectShape, stateTags, versionShape } from '#domain/vault-objects/object.ts'

export const keyOperations = ['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey', 'import', 'export'] as const
export type KeyOperation = (typeof keyOperations)[number]

const keyVersion = z.object({
  ...versionShape,
  spec: z.enum([...namesOf(keySpecs), ...namesOf(symmetricSpecs), ...namesOf(mlDsaSpecs)]),
  /** An `-HSM` kind: premium vaults. */
  hsm: z.boolean(),
  /** Name of the CryptoModule that made the material. */
  module: z.string(),
  origin: z.enum(['generated', 'imported']),
  keyOps: z.array(z.enum(keyOperations)),
  /** SubjectPublicKeyInfo DER, base64; of a pair, always. */
  publicKey: z.string().optional(),
})
export type KeyVersion = z.output<typeof keyVersion>

const lifetimeAction = z.object({
  action: z.enum(['Rotate', 'Notify']),
  /** ISO 8601 durations as they were sent. */
  timeAfterCreate: z.string().optional(),
  timeBeforeExpiry: z.string().optional(),
})

const rotationPolicy = z.object({
  lifetimeActions: z.array(lifetimeAction),
  expiryTime: z.string().optional(),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
})
export type RotationPolicy = z.output<typeof rotationPolicy>

/** Kept byte for byte: whoever reads it back compares it with what he wrote. A key that has one is exportable, in all its versions. */
const releasePolicy = z.object({
  contentType: z.string(),
  /** base64url of the policy's text. */
  data: z.string(),
  immutable: z.boolean(),
})
export type ReleasePolicy = z.output<typeof releasePolicy>

export const keySchema = z.object({
  /** Due by the rotation of its policy, by what is told of its expiry, or by its scheduled purge. */
  ...objectShape,
  /** In the order of their making; the last is the current one. */
  versions: z.array(keyVersion).min(1),
  rotationPolicy: rotationPolicy.optional(),
  releasePolicy: releasePolicy.optional(),
})
export type Key = z.output<typeof keySchema>

/** In the vault's compartment; path: name in lower case. Listed by the tag of its state. */
export const keys = family<Key, readonly [name: string]>({
  name: 'keys',
  schema: keySchema,
  format: 1,
  residency: 'cached',
  ruling: false,
  tags: stateTags,
  dueAt: dueAtOf,
})

/** Signs what is released. */
const releaseSigner = z.object({
  /** Version of its material. */
  version: z.string(),
  /** DER of the self-signed certificate, base64. */
  certificate: z.string(),
  notAfter: z.number().int(),
})
export type ReleaseSigner = z.output<typeof releaseSigner>

/** The one of this installation, in its compartment; made at the first release. */
export const releaseSigners = family<ReleaseSigner, readonly ['current']>({
  name: 'releaseSigners',
  schema: releaseSigner,
  format: 1,
  residency: 'cached',
  ruling: false,
})
