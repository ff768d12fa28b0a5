import assert from 'node:assert/strict'
import type { Bytes } from '#model/brands.ts'
import type { OpenLayer } from '#ports/export-control.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { unwrapDek, type DataKeyNeeds } from './data-keys.ts'
import { setOf, type DiskNeeds, type HeldDisk } from './disk-standing.ts'
import type { DiskLayer } from './records.ts'

export type OpenDiskNeeds = DiskNeeds & DataKeyNeeds & Needs<'ground'>

/**
 * Opens every layer's data key, the customer's as the set's identity: one KeyUnwrap in the audit. Outermost first; whoever takes them
 * zeroes them. Raises `KeyVaultAccessForbidden`.
 */
export async function openLayers(context: OpenDiskNeeds, call: Call, disk: HeldDisk): Promise<readonly OpenLayer[]> {
  const layers: OpenLayer[] = []
  try {
    for (const layer of disk.value.layers) {
      layers.push({ dekId: layer.dekId, dek: await dekOf(context, call, { disk, layer }), cipher: 'aes-256-xts' })
    }
  } catch (error) {
    zeroLayers(layers)
    throw error
  }
  return layers
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
