import assert from 'node:assert/strict'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Place } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { tellOfVersion } from '#domain/events/vault-events.ts'
import { changedAttributes, wholeSecond, type ObjectAttributes, type ObjectTags } from '#domain/vault-objects/attributes.ts'
import { assertNotAskedFor, assertUnmanaged } from '#domain/vault-objects/managed.ts'
import { objectPath } from '#domain/vault-objects/reference.ts'
import { withDueAt } from './due.ts'
import { secretRecord, type HeldSecret } from './find-secret.ts'
import { withOlderMoved } from './older-versions.ts'
import type { Secret, SecretVersion } from './records.ts'
import { secretArmId, type SecretName } from './reference.ts'

/** A version that is about to be. */
export interface NewSecretVersion {
  readonly named: SecretName
  /** Where its certificate has chosen it already; 32 lower-case hex digits. */
  readonly id?: string
  /** UTF-8; the caller disposes of it. */
  readonly value: Bytes
  readonly contentType?: string | undefined
  readonly attributes?: ObjectAttributes | undefined
  readonly tags?: ObjectTags | undefined
  /** Its certificate makes it and keeps the secret; with the version of the key behind it. */
  readonly managed?: { readonly keyVersion?: string } | undefined
}

/**
 * Seals the value as the material of a new version and stages it, on the secret that is there or on a new one. Nothing is inherited from
 * the version before. Raises `SecretManaged`, `SecretNameDeleted`, `InvalidBody`, `NotSupported`.
 */
export async function addSecretVersion(
  context: Needs<'secrets' | 'olderSecretVersions' | 'certificates' | 'ground'>,
  call: Call,
  asked: NewSecretVersion,
): Promise<{ readonly secret: Secret; readonly version: SecretVersion }> {
  const { named, contentType, attributes, tags, managed } = asked
  call.target = { secretId: secretArmId(named) }
  const window = changedAttributes({ enabled: true }, attributes)
  const before = await secretForNewVersion(context, call, asked)
  const { barrier, random } = context.ground
  const id = context.secrets.idOf(named.vault.compartment, objectPath(named.name))
  const place = await call.once(`secret version of ${id} ${asked.id ?? ''}`, async (): Promise<Place> => ({
    id,
    version: asked.id ?? random.bytes(16).toHex(),
  }))
  const version: SecretVersion = {
    id: place.version,
    ...window,
    createdAt: wholeSecond(call.at),
    updatedAt: wholeSecond(call.at),
    ...(tags !== undefined && { tags: { ...tags } }),
    ...(contentType !== undefined && { contentType }),
    ...(managed?.keyVersion !== undefined && { keyVersion: managed.keyVersion }),
  }
  const secret = stageVersion(context, call, { asked, before, version })
  call.materials.push({ place, material: barrier.sealMaterial(place, asked.value) })
  tellOfVersion(context, call, { kind: 'Secret', occasion: 'NewVersionCreated', object: id, version })
  call.target = { secretId: secretArmId({ vault: named.vault, name: secret.name }), version: version.id }
  return { secret, version }
}

/** The secret under a name that may take a new version, or `undefined` for a free name. Raises `SecretManaged`, `SecretNameDeleted`. */
async function secretForNewVersion(
  context: Needs<'secrets' | 'certificates'>,
  call: Call,
  { named, managed }: Pick<NewSecretVersion, 'named' | 'managed'>,
): Promise<HeldSecret | undefined> {
  const secret = await secretRecord(context, call, named)
  if (secret === undefined) {
    if (managed === undefined) await assertNotAskedFor(context, call, { named, refusal: 'SecretManaged', operation: 'set' })
    return undefined
  }
  const { name, deleted } = secret.value
  if (managed === undefined) assertUnmanaged(secret.value, 'SecretManaged', 'set')
  else assert(secret.value.managed === true, 'a certificate takes a secret that is not its own')
  if (deleted !== undefined) throw new Problem({ code: 'SecretNameDeleted', details: { name } })
  return secret
}

function stageVersion(
  context: Needs<'secrets' | 'olderSecretVersions'>,
  call: Call,
  change: { readonly asked: NewSecretVersion; readonly before: HeldSecret | undefined; readonly version: SecretVersion },
): Secret {
  const { asked, before, version } = change
  const { named, managed } = asked
  if (before !== undefined) {
    const after = withOlderMoved(context, call, {
      compartment: before.compartment,
      secret: { ...before.value, versions: [...before.value.versions, version] },
    })
    return context.secrets.update(call, before, withDueAt(after)).value
  }
  const value: Secret = { name: named.name, versions: [version], ...(managed !== undefined && { managed: true }) }
  return context.secrets.create(call, named.vault.compartment, { path: objectPath(named.name), value: withDueAt(value) }).value
}
