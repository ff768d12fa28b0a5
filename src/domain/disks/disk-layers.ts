import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { RecordId } from '#model/brands.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import { notNow } from '#domain/resources/arm-refusal.ts'
import { newDek, wrapDek, type DataKeyNeeds } from './data-keys.ts'
import type { DiskNeeds, HeldDisk, HeldSet } from './disk-standing.ts'
import { customerDek, platformDek } from './open-disk.ts'
import type { Disk, DiskLayer } from './records.ts'

export type LayerNeeds = DataKeyNeeds & DiskNeeds & Needs<'ground'>

type By = DiskLayer['by']

/** Outermost first: bytes at rest = PMK(CMK(data)) (requirements E18). */
export const layersOf = {
  EncryptionAtRestWithPlatformKey: ['platform'],
  EncryptionAtRestWithCustomerKey: ['customer'],
  EncryptionAtRestWithPlatformAndCustomerKeys: ['platform', 'customer'],
} as const satisfies Record<Disk['encryption']['type'], readonly By[]>

export interface LayersWanted {
  readonly type: Disk['encryption']['type']
  readonly set: HeldSet | undefined
  /** Of the disk's record: where platform material lies. */
  readonly recordId: RecordId
  readonly diskName: string
}

const target = (name: string): string => `disk ${name}`

/** Fresh data keys for a new disk, each layer its own. Raises `KeyVaultAccessForbidden`. */
export async function newLayers(context: LayerNeeds, call: Call, wanted: LayersWanted): Promise<DiskLayer[]> {
  const layers: DiskLayer[] = []
  for (const [at, by] of layersOf[wanted.type].entries()) {
    const made = await call.once(`data key ${wanted.recordId} ${at}`, async () => {
      const dek = newDek(context.ground.random)
      call.defer(dek)
      return Promise.resolve({ dek, dekId: context.ground.random.bytes(16).toHex() })
    })
    layers.push(await sealedLayer(context, call, { wanted, by, ...made }))
  }
  return layers
}

interface OpenedLayer {
  readonly wanted: LayersWanted
  readonly by: By
  readonly dekId: string
  readonly dek: SecretBytes
}

async function sealedLayer(context: LayerNeeds, call: Call, { wanted, by, dekId, dek }: OpenedLayer): Promise<DiskLayer> {
  if (by === 'customer') {
    if (wanted.set === undefined) throw new Error('a customer layer without a set')
    const { value } = wanted.set
    const under = { set: value, keyUrl: value.activeKey.keyUrl, target: target(wanted.diskName) }
    return { dekId, by, wrapped: await wrapDek(context, call, { ...under, dek: dek.bytes }) }
  }
  const place = { id: wanted.recordId, version: dekId }
  call.materials.push({ place, material: context.ground.barrier.sealMaterial(place, dek.bytes) })
  return { dekId, by }
}

/**
 * The layers of a disk that goes under another key: the same data keys, wrapped anew; the data stays as it is. One layer cannot become two,
 * nor two one: that would be a pass over the data. Raises `ArmRefused` OperationNotAllowed, `KeyVaultAccessForbidden`.
 */
export async function movedLayers(
  context: LayerNeeds,
  call: Call,
  { disk, wanted }: { readonly disk: HeldDisk; readonly wanted: LayersWanted },
): Promise<DiskLayer[]> {
  const target = layersOf[wanted.type]
  const { layers, name, encryption } = disk.value
  if (target.length !== layers.length)
    throw notNow(
      `Cannot change Encryption Setting of disk '${name}' from '${encryption.type}' to '${wanted.type}': its data would have to be encrypted anew. Create a disk of that type and copy the data.`,
    )
  const moved: DiskLayer[] = []
  const kept = layers.filter((layer, at) => layer.by === 'platform' && target[at] === 'platform')
  // All that the disk keeps at its place is put there again below.
  if (kept.length < layers.filter(layer => layer.by === 'platform').length) call.materials.push({ removeOf: disk.id })
  for (const [at, layer] of layers.entries()) {
    const by = target[at] ?? layer.by
    if (by === 'platform' && layer.by === 'platform') {
      moved.push(layer)
      continue
    }
    using dek = layer.by === 'platform' ? await platformDek(context, { disk, layer }) : await customerDek(context, call, { disk, layer })
    moved.push(await sealedLayer(context, call, { wanted, by, dekId: layer.dekId, dek }))
  }
  return moved
}
