import { importGate, type PrivateJwk, type SoundKey } from '#crypto/import-gate.ts'
import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { addVersion, defaultModule, type MakingNeeds, type NewVersion } from './add-version.ts'
import type { ObjectAttributes, ObjectTags } from '#domain/vault-objects/attributes.ts'
import type { Key, KeyVersion, ReleasePolicy } from './records.ts'
import { keyScope, type KeyName } from './reference.ts'
import { assertTypeOffered, keyOpsFor, rsaSizes } from './specs.ts'

/**
 * Takes a private key in through the gate, as a new key or the next version of the one under this name. The call zeroes the members given.
 * Raises `KeyTypeNeedsPremium`, `KeySizeNotSupported`, `KeyNotWhole`, `KeyOperationsUnsupported`, `InvalidBody`, `KeyNameDeleted`, `KeyManaged`.
 */
export async function importKey(
  context: MakingNeeds,
  call: Call,
  request: KeyName & {
    readonly permit: Permit<'key.import'>
    readonly jwk: PrivateJwk
    readonly hsm: boolean
    readonly keyOps?: readonly string[] | undefined
    readonly attributes?: ObjectAttributes | undefined
    readonly tags?: ObjectTags | undefined
    readonly release?: ReleasePolicy | undefined
  },
): Promise<{ readonly key: Key; readonly version: KeyVersion }> {
  const { permit, vault, name, jwk, hsm } = request
  assertPermits(permit, keyScope(vault, name))
  assertTypeOffered(vault, { hsm })
  for (const member of privateMembers(jwk)) call.defer(new SecretBytes(member))
  // The gate is dear: one judgement for all tries.
  const sound = await call.once('imported key', async () => throughTheGate(call, jwk))
  return addVersion(context, call, soundVersion(context, { ...request, sound }))
}

/** What passed the gate, as a version that is about to be. Raises `KeyOperationsUnsupported`. */
export function soundVersion(
  context: MakingNeeds,
  asked: KeyName & {
    readonly sound: Sound
    readonly hsm: boolean
    readonly keyOps?: readonly string[] | undefined
    readonly attributes?: ObjectAttributes | undefined
    readonly tags?: ObjectTags | undefined
    readonly release?: ReleasePolicy | undefined
  },
): NewVersion {
  const { vault, name, sound, hsm, keyOps, attributes, tags, release } = asked
  return {
    named: { vault, name },
    kind: { spec: sound.spec, hsm },
    origin: 'imported',
    operation: 'import',
    keyOps: keyOpsFor(sound.spec, keyOps, { exportable: release !== undefined }),
    attributes,
    tags,
    release,
    make: async place => context.module(defaultModule).import(sound.spec, sound.pkcs8, place),
  }
}

const privateMembers = (jwk: PrivateJwk): readonly Uint8Array[] =>
  (jwk.kty === 'EC' ? [jwk.d] : [jwk.d, jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi]).filter(member => member !== undefined)

type Sound = Pick<SoundKey, 'spec'> & { readonly pkcs8: SecretBytes }

/** The call zeroes what passed. Raises `KeyNotWhole`, `KeySizeNotSupported`. */
export async function throughTheGate(call: Call, jwk: PrivateJwk): Promise<Sound> {
  const judged = await importGate(jwk)
  if ('flaw' in judged) {
    if (judged.unsupportedBits === undefined) throw new Problem({ code: 'KeyNotWhole', details: { message: judged.flaw, kind: jwk.kty } })
    throw new Problem({ code: 'KeySizeNotSupported', details: { size: judged.unsupportedBits, supported: rsaSizes } })
  }
  const pkcs8 = new SecretBytes(judged.pkcs8)
  call.defer(pkcs8)
  return { spec: judged.spec, pkcs8 }
}
