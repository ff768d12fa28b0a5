import assert from 'node:assert/strict'
import { z } from 'zod'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Material, Place } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { keySchema } from '#domain/keys/records.ts'
import { assertTypeOffered } from '#domain/keys/specs.ts'
import type { Vault } from '#domain/resources/records.ts'
import { secretSchema } from '#domain/secrets/records.ts'
import { versionsMax } from '#domain/vault-objects/backup.ts'
import { backupBlobs, belongingOf, sameBelonging } from '#domain/vault-objects/backup-blob.ts'
import type { HeldObject } from '#domain/vault-objects/find-object.ts'
import type { VaultObject } from '#domain/vault-objects/object.ts'
import { objectPath } from '#domain/vault-objects/reference.ts'
import { withDueAt } from './due.ts'
import { assertNameUntaken, certificateRecord, requireVersion } from './find-certificate.ts'
import { partsOf } from './parts.ts'
import { certificateSchema, type Certificate } from './records.ts'
import { certificateArmId, certificateScope, type CertificateName } from './reference.ts'

const backedUp = z.object({ certificate: certificateSchema, key: keySchema, secret: secretSchema })
type BackedUpCertificate = z.output<typeof backedUp>

/** The three records; their materials: the key's versions, then the secret's. */
const blobs = backupBlobs<BackedUpCertificate>({ member: 'certificate', kind: 'certificateBackups', schema: backedUp })

/** A certificate with key and secret, in all versions, as a blob that only this installation opens. Raises `CertificateNotFound`, `NotSupported`. */
export async function backUpCertificate(
  context: Needs<'certificates' | 'keys' | 'secrets' | 'module' | 'store' | 'ground' | 'instance'>,
  call: Call,
  request: CertificateName & { readonly permit: Permit<'certificate.backUp'> },
): Promise<Bytes> {
  const { permit, vault, name } = request
  assertPermits(permit, certificateScope(vault, name))
  const { certificate } = await requireVersion(context, call, { vault, name, version: 'current' })
  const { key, secret } = await partsOf(context, call, { vault, name })
  assertNotTooMany(certificate.value, 'backed up')
  const { barrier } = context.ground
  const keyMaterials = await materialsOf(context, call, {
    held: key,
    open: (id, place, material) => context.module(moduleOf(key.value, id)).backUp(place, material),
  })
  const values = await materialsOf(context, call, { held: secret, open: (_, place, material) => barrier.openMaterial(place, material) })
  return blobs.seal(barrier, context.instance.installation, {
    belongsTo: belongingOf(vault),
    object: { certificate: certificate.value, key: key.value, secret: secret.value },
    materials: [...keyMaterials, ...values],
  })
}

function assertNotTooMany({ versions }: VaultObject, what: string): void {
  if (versions.length > versionsMax)
    throw new Problem({ code: 'NotSupported', details: { message: `More than ${versionsMax} versions cannot be ${what}.` } })
}

const moduleOf = ({ versions }: BackedUpCertificate['key'], id: string): string => {
  const version = versions.find(one => one.id === id)
  assert(version !== undefined, 'material of no version')
  return version.module
}

async function materialsOf<T extends VaultObject>(
  { store }: Needs<'store'>,
  call: Call,
  what: { readonly held: HeldObject<T>; open(id: string, place: Place, material: Material): SecretBytes },
): Promise<readonly SecretBytes[]> {
  const stored = new Map((await store.materialOf(what.held.id)).map(({ version, material }) => [version, material]))
  return what.held.value.versions.map(({ id }) => {
    const material = stored.get(id)
    assert(material !== undefined, 'a version without material')
    const bytes = what.open(id, { id: what.held.id, version: id }, material)
    call.defer(bytes)
    return bytes
  })
}

type RestoringNeeds = Needs<'certificates' | 'keys' | 'secrets' | 'module' | 'ground' | 'instance'>

/**
 * Brings a backed-up certificate into a vault under its own name, with key and secret (key-vault.md 6).
 * Raises, in this order, `BackupInvalid`, `BackupForeign`, `CertificateNameInUse`, `KeyTypeNeedsPremium`, `NotSupported`.
 */
export async function restoreCertificate(
  context: RestoringNeeds,
  call: Call,
  request: { readonly permit: Permit<'certificate.restore'>; readonly vault: Vault; readonly blob: Bytes },
): Promise<Certificate> {
  const { permit, vault, blob } = request
  assertPermits(permit, vault.scope)
  const backup = blobs.open(context.ground.barrier, context.instance.installation, blob)
  if (backup === undefined) throw new Problem({ code: 'BackupInvalid' })
  for (const material of backup.materials) call.defer(material)
  if (!sameBelonging(backup.belongsTo, belongingOf(vault))) throw new Problem({ code: 'BackupForeign' })
  const { certificate, key } = backup.object
  const named = { vault, name: certificate.name }
  call.target = { certificateId: certificateArmId(named) }
  if ((await certificateRecord(context, call, named)) !== undefined)
    throw new Problem({ code: 'CertificateNameInUse', details: { name: certificate.name } })
  await assertNameUntaken(context, call, named)
  for (const version of key.versions) assertTypeOffered(vault, version)
  assertNotTooMany(certificate, 'restored')
  return stageRestored(context, call, { vault, object: backup.object, materials: backup.materials })
}

function stageRestored(
  context: RestoringNeeds,
  call: Call,
  restored: { readonly vault: Vault; readonly object: BackedUpCertificate; readonly materials: readonly SecretBytes[] },
): Certificate {
  const { vault, object, materials } = restored
  const path = objectPath(object.certificate.name)
  const key = context.keys.create(call, vault.compartment, { path, value: object.key })
  const secret = context.secrets.create(call, vault.compartment, { path, value: object.secret })
  const places = [
    ...object.key.versions.map(({ id, module }) => ({ place: { id: key.id, version: id }, seal: sealedBy(context, module) })),
    ...object.secret.versions.map(({ id }) => ({ place: { id: secret.id, version: id }, seal: sealedBy(context) })),
  ]
  for (const [at, { place, seal }] of places.entries()) {
    const bytes = materials[at]
    assert(bytes !== undefined, 'a backup with a version that has no material')
    call.materials.push({ place, material: seal(place, bytes) })
  }
  const { lifetime: _tried, ...value } = object.certificate
  return context.certificates.create(call, vault.compartment, { path, value: withDueAt(value) }).value
}

const sealedBy =
  (context: Needs<'module' | 'ground'>, module?: string) =>
  (place: Place, bytes: SecretBytes): Material =>
    module === undefined ? context.ground.barrier.sealMaterial(place, bytes.bytes) : context.module(module).restore(place, bytes)
