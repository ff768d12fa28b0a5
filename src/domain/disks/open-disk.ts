import assert from 'node:assert/strict'
import { compartmentId, type Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { OpenLayer } from '#ports/export-control.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { unwrapDek, type DataKeyNeeds } from './data-keys.ts'
import { diskStanding, setOf, type DiskNeeds, type HeldDisk } from './disk-standing.ts'
import { exportTag, type DiskLayer } from './records.ts'

export type OpenDiskNeeds = DiskNeeds & DataKeyNeeds & Needs<'ground'>

/** The disk behind an export's name. Raises `DiskNotFound`. */
export async function diskOfExport(context: Needs<'disks' | 'ground'>, call: Call, name: string): Promise<HeldDisk> {
  const [, subscription] = /^([0-9a-f]{32})\.[0-9a-f]{32}$/.exec(name) ?? []
  const compartment = subscription === undefined ? undefined : compartmentId(subscription)
  if (compartment !== undefined && context.ground.barrier.has(compartment)) {
    const [disk] = await context.disks.listTagged(call, compartment, { tag: exportTag(name), after: -1, limit: 1 })
    if (disk !== undefined) return disk
  }
  throw new Problem({ code: 'DiskNotFound', details: { id: name } })
}

export interface Opened {
  readonly disk: HeldDisk
  /** Outermost first; whoever takes them zeroes them. */
  readonly layers: readonly OpenLayer[]
}

/**
 * Opens every layer's data key, the customer's as the set's identity: one KeyUnwrap in the audit. Raises `DiskNotFound`,
 * `DiskKeyUnavailable` where a key is out of use, `KeyVaultAccessForbidden`.
 */
export async function openDisk(context: OpenDiskNeeds, call: Call, name: string): Promise<Opened> {
  const disk = await diskOfExport(context, call, name)
  call.resource = disk.value.id
  context.access.permit(call, 'disk.export', { on: disk.value.scope })
  const standing = await diskStanding(context, call, disk.value)
  if (!standing.usable) throw new Problem({ code: 'DiskKeyUnavailable', details: { disk: disk.value.id, because: standing.because } })
  const layers: OpenLayer[] = []
  try {
    for (const layer of disk.value.layers) {
      layers.push({ dekId: layer.dekId, dek: await dekOf(context, call, { disk, layer }), cipher: 'aes-256-xts' })
    }
  } catch (error) {
    zeroLayers(layers)
    throw error
  }
  return { disk, layers }
}

export function zeroLayers(layers: readonly OpenLayer[]): void {
  for (const { dek } of layers) dek.fill(0)
}

interface LayerOfDisk {
  readonly disk: HeldDisk
  readonly layer: DiskLayer
}

async function dekOf(context: OpenDiskNeeds, call: Call, { disk, layer }: LayerOfDisk): Promise<Bytes> {
  const dek = layer.wrapped === undefined ? await platformDek(context, { disk, layer }) : await customerDek(context, call, { disk, layer })
  return dek.bytes
}

/** Sealed under the subscription's compartment key. */
export async function platformDek(context: Needs<'store' | 'ground'>, { disk, layer }: LayerOfDisk) {
  const place = { id: disk.id, version: layer.dekId }
  const material = await context.store.material(place)
  assert(material !== undefined, 'a layer without its data key')
  return context.ground.barrier.openMaterial(place, material)
}

export async function customerDek(context: DataKeyNeeds & DiskNeeds, call: Call, { disk, layer }: LayerOfDisk) {
  const set = await setOf(context, call, disk.value)
  assert(set !== undefined && layer.wrapped !== undefined, 'a customer layer without set or wrapped key')
  return unwrapDek(context, call, { set: set.value, wrapped: layer.wrapped, target: `disk ${disk.value.name}` })
}
