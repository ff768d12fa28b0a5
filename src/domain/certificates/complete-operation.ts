import assert from 'node:assert/strict'
import { specOfPublicKey } from '#crypto/public-key.ts'
import type { Bytes } from '#model/brands.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { ReadCertificate } from '#ports/pki.ts'
import type { Material, Place } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { ObjectTags } from '#domain/vault-objects/attributes.ts'
import { addCertificateVersion, type KeepingNeeds } from './add-certificate-version.ts'
import type { HeldCertificate } from './find-certificate.ts'
import { endOperation, type HeldOperation } from './operation.ts'
import type { Certificate, CertificateVersion } from './records.ts'
import type { CertificateName } from './reference.ts'
import type { SigningPlace } from './sign-with.ts'

export type CompletionNeeds = KeepingNeeds & Needs<'certificateOperations' | 'store'>

export const placeOf = ({ id, value }: HeldOperation): Place => ({ id, version: value.version })

/** The key that waits for its certificate. */
export async function waitingMaterial({ store }: Needs<'store'>, operation: HeldOperation): Promise<Material> {
  const material = await store.material(placeOf(operation))
  assert(material !== undefined, 'a certificate operation without its key')
  return material
}

/** The same as one that signs. */
export const signerOf = (context: Needs<'store'>, operation: HeldOperation): SigningPlace => ({
  module: operation.value.module,
  spec: operation.value.policy.key.spec,
  place: placeOf(operation),
  material: async () => waitingMaterial(context, operation),
})

/** Moves the key to its own name, keeps the certificate and ends the request: all in one commit. */
export async function completeOperation(
  context: CompletionNeeds,
  call: Call,
  what: {
    readonly named: CertificateName
    readonly certificate: HeldCertificate
    readonly operation: HeldOperation
    readonly leaf: ReadCertificate
    /** The leaf among them, in the order in which they came. */
    readonly all: readonly Bytes[]
    readonly tags?: ObjectTags | undefined
    readonly enabled?: boolean | undefined
  },
): Promise<{ readonly certificate: Certificate; readonly version: CertificateVersion }> {
  const { named, certificate, operation, leaf, all } = what
  const { policy, version, module: name, publicKey } = operation.value
  const module = context.module(name)
  const spki = Uint8Array.fromBase64(publicKey)
  assert(specOfPublicKey(spki) === policy.key.spec, 'the waiting key is of another kind')
  const bytes = module.backUp(placeOf(operation), await waitingMaterial(context, operation))
  call.defer(bytes)
  const made = await addCertificateVersion(context, call, {
    named,
    before: certificate,
    id: version,
    policy,
    keyUsage: policy.keyUsage,
    leaf,
    all,
    kind: { spec: policy.key.spec, hsm: policy.key.hsm },
    origin: 'generated',
    make: async place => ({ material: module.restore(place, bytes), publicKey: spki }),
    exported: policy.key.exportable ? await exportedFrom(context, call, operation) : undefined,
    enabled: what.enabled ?? operation.value.enabled,
    tags: what.tags ?? operation.value.tags,
    preserveOrder: operation.value.preserveOrder,
  })
  endOperation(context, call, { operation, status: 'completed' })
  return made
}

async function exportedFrom(context: Needs<'module' | 'store'>, call: Call, operation: HeldOperation): Promise<SecretBytes> {
  const pkcs8 = context.module(operation.value.module).export(placeOf(operation), await waitingMaterial(context, operation))
  call.defer(pkcs8)
  return pkcs8
}
