import type { Bytes } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { MadeKey } from '#ports/crypto-module.ts'
import type { KeyUsage, Pki, ReadCertificate } from '#ports/pki.ts'
import type { Place } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { tellOfVersion } from '#domain/events/vault-events.ts'
import { addVersion, type MakingNeeds } from '#domain/keys/add-version.ts'
import type { KeyVersion } from '#domain/keys/records.ts'
import type { KindOfKey } from '#domain/keys/specs.ts'
import { addSecretVersion } from '#domain/secrets/add-secret-version.ts'
import { wholeSecond, type ObjectTags } from '#domain/vault-objects/attributes.ts'
import { objectPath } from '#domain/vault-objects/reference.ts'
import { withDueAt } from './due.ts'
import type { HeldCertificate } from './find-certificate.ts'
import { keyOpsOf } from './key-operations.ts'
import type { Certificate, CertificatePolicy, CertificateVersion } from './records.ts'
import { certificateArmId, type CertificateName } from './reference.ts'

export type KeepingNeeds = MakingNeeds & Needs<'certificates' | 'secrets' | 'olderSecretVersions' | 'pki'>

/** A certificate that was issued, merged or brought, with all that it takes to keep it. */
export interface NewCertificateVersion {
  readonly named: CertificateName
  readonly before: HeldCertificate | undefined
  /** Of certificate, key and secret alike. */
  readonly id: string
  readonly policy: CertificatePolicy
  /** By which the key serves. */
  readonly keyUsage: readonly KeyUsage[]
  readonly leaf: ReadCertificate
  /** The leaf and what came with it, in the order in which it came. */
  readonly all: readonly Bytes[]
  readonly kind: KindOfKey
  readonly origin: KeyVersion['origin']
  /** The key's material for its place. */
  make(place: Place): Promise<MadeKey>
  /** PKCS #8, where the policy lets the key leave. */
  readonly exported: SecretBytes | undefined
  readonly enabled: boolean
  readonly tags: ObjectTags | undefined
  readonly preserveOrder: boolean | undefined
  readonly portSuffix?: string | undefined
}

/** Stages the version with its key and its secret: one number, one window, one commit (key-vault.md 4.6). */
export async function addCertificateVersion(
  context: KeepingNeeds,
  call: Call,
  asked: NewCertificateVersion,
): Promise<{ readonly certificate: Certificate; readonly version: CertificateVersion }> {
  const { named, id, leaf, policy, kind, enabled, tags } = asked
  const pki = await context.pki()
  const chain = asked.preserveOrder === true ? asked.all : pki.chained(leaf.der, asked.all)
  const attributes = { enabled, notBefore: leaf.notBefore, expires: leaf.notAfter }
  await addVersion(context, call, {
    named,
    id,
    kind,
    origin: asked.origin,
    operation: 'certificate',
    keyOps: keyOpsOf(kind.spec, asked.keyUsage),
    attributes,
    tags,
    make: async place => asked.make(place),
  })
  const value = await call.once(`secret of certificate version ${id}: ${leaf.serial}`, async () =>
    secretValue(pki, call, { policy, key: asked.exported, leaf: leaf.der, chain }),
  )
  await addSecretVersion(context, call, {
    named,
    id,
    value: value.bytes,
    contentType: policy.contentType,
    attributes,
    tags,
    managed: { keyVersion: id },
  })
  const version: CertificateVersion = {
    id,
    ...attributes,
    createdAt: wholeSecond(call.at),
    updatedAt: wholeSecond(call.at),
    ...(tags !== undefined && { tags: { ...tags } }),
    certificate: leaf.der.toBase64(),
    chain: chain.filter(der => Buffer.compare(der, leaf.der) !== 0).map(der => der.toBase64()),
    ...(asked.preserveOrder !== undefined && { preserveOrder: asked.preserveOrder }),
    exportable: asked.exported !== undefined,
  }
  call.target = { certificateId: certificateArmId(named), version: id }
  const object = context.certificates.idOf(named.vault.compartment, objectPath(named.name))
  tellOfVersion(context, call, { kind: 'Certificate', occasion: 'NewVersionCreated', object, version })
  return { certificate: stageVersion(context, call, { asked, version }), version }
}

/** One line of base64 around PKCS #12, or the PEM text; the certificate alone where the key stays (key-vault.md 4.6). */
async function secretValue(
  pki: Pki,
  call: Call,
  what: {
    readonly policy: CertificatePolicy
    readonly key: SecretBytes | undefined
    readonly leaf: Bytes
    readonly chain: readonly Bytes[]
  },
): Promise<SecretBytes> {
  const { policy, key, leaf, chain } = what
  const bundle = { key, own: leaf, certificates: chain }
  const value = policy.contentType === 'application/x-pem-file' ? pki.writePem(bundle) : await inBase64(pki, bundle)
  call.defer(value)
  return value
}

async function inBase64(pki: Pki, bundle: Parameters<Pki['writePkcs12']>[0]): Promise<SecretBytes> {
  using container = await pki.writePkcs12(bundle)
  return new SecretBytes(new TextEncoder().encode(container.bytes.toBase64()))
}

function stageVersion(
  { certificates }: Needs<'certificates'>,
  call: Call,
  { asked, version }: { readonly asked: NewCertificateVersion; readonly version: CertificateVersion },
): Certificate {
  const { named, before, policy, portSuffix = before?.value.portSuffix } = asked
  if (before !== undefined)
    return certificates.update(call, before, withDueAt({ ...before.value, versions: [...before.value.versions, version] })).value
  const value = withDueAt({ name: named.name, versions: [version], policy, ...(portSuffix !== undefined && { portSuffix }) })
  return certificates.create(call, named.vault.compartment, { path: objectPath(named.name), value }).value
}
