import { mlDsaPkcs8, mlDsaPublicBytes, mlDsaPublicKey, seedBytes, type MlDsaSpec } from '#crypto/ml-dsa.ts'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { ObjectAttributes, ObjectTags } from '#domain/vault-objects/attributes.ts'
import { addVersion, defaultModule, type MakingNeeds } from './add-version.ts'
import type { Key, KeyVersion, ReleasePolicy } from './records.ts'
import { keyScope, type KeyName } from './reference.ts'
import { assertTypeOffered, keyOpsFor } from './specs.ts'

/**
 * Takes an ML-DSA key in by its seed, which makes its public half anew: another than was given is refused. The call zeroes the seed.
 * Raises `KeyTypeNeedsPremium`, `KeyNotWhole`, `KeyOperationsUnsupported`, `InvalidBody`, `KeyNameDeleted`, `KeyManaged`.
 */
export async function importMlDsaKey(
  context: MakingNeeds,
  call: Call,
  request: KeyName & {
    readonly permit: Permit<'key.import'>
    readonly spec: MlDsaSpec
    readonly seed: Bytes
    readonly pub: Bytes
    readonly hsm: boolean
    readonly keyOps?: readonly string[] | undefined
    readonly attributes?: ObjectAttributes | undefined
    readonly tags?: ObjectTags | undefined
    readonly release?: ReleasePolicy | undefined
  },
): Promise<{ readonly key: Key; readonly version: KeyVersion }> {
  const { permit, vault, name, spec, pub, hsm, keyOps, attributes, tags } = request
  assertPermits(permit, keyScope(vault, name))
  const seed = new SecretBytes(request.seed)
  call.defer(seed)
  assertTypeOffered(vault, { hsm })
  assertHalves(spec, seed, pub)
  return addVersion(context, call, {
    named: { vault, name },
    kind: { spec, hsm },
    origin: 'imported',
    operation: 'import',
    keyOps: keyOpsFor(spec, keyOps),
    attributes,
    tags,
    release: request.release,
    make: async place => context.module(defaultModule).importMlDsa(spec, seed, place),
  })
}

function assertHalves(spec: MlDsaSpec, seed: SecretBytes, pub: Bytes): void {
  if (seed.length !== seedBytes) throw new Problem({ code: 'KeyNotWhole', details: { message: 'priv is not a seed of 32 bytes' } })
  using pkcs8 = new SecretBytes(mlDsaPkcs8(spec, seed.bytes))
  if (Buffer.compare(mlDsaPublicBytes(mlDsaPublicKey(pkcs8.bytes)), pub) !== 0)
    throw new Problem({ code: 'KeyNotWhole', details: { message: 'pub is not the public half of priv' } })
}
