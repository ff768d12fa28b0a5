import assert from 'node:assert/strict'
import type { Random } from '#ports/random.ts'
import type { BootStore, SealEnvelope } from '#ports/record-store.ts'
import type { Seal } from '#ports/seal.ts'
import { clusterIdOf, envelopeOf, openRoot } from './boot.ts'

export type SealChange =
  | { readonly done: true; readonly sealId: string }
  /** `proof`: no given seal opens an envelope; `unknown`: no such seal; `last`: without it all data would be lost. */
  | { readonly done: false; readonly refused: 'proof' | 'unknown' | 'last' }

interface Change {
  readonly boot: BootStore
  /** Whoever changes seals shows that he holds one (security-and-reliability.md 2.4). */
  readonly proof: readonly Seal[]
  /** Called when nothing speaks against the change any more and nothing is written yet: what must be durable before it, its entry. */
  readonly before?: (seal: { readonly sealId: string; readonly kind: string }) => Promise<void>
}

/** Which seals hold, without anything secret. */
export function listSeals(boot: BootStore): readonly Omit<SealEnvelope, 'wrapped'>[] {
  return boot.envelopes().map(({ sealId, kind, params, rootEpoch }) => ({ sealId, kind, params, rootEpoch }))
}

/** One more way to the same root key. `added` is asked for when the proof stands: it may make a file. */
export async function addSeal({
  boot,
  proof,
  added,
  random,
  before,
}: Change & { readonly added: () => Seal; readonly random: Random }): Promise<SealChange> {
  const clusterId = clusterIdOf(boot)
  assert(clusterId !== undefined, 'not initialised')
  const opened = await openRoot(boot, proof, clusterId)
  if (opened === undefined) return { done: false, refused: 'proof' }
  using root = opened.root
  const sealId = random.uuid()
  const seal = added()
  const envelope = await envelopeOf(seal, { root, rootEpoch: opened.by.rootEpoch, clusterId, sealId })
  await before?.({ sealId, kind: seal.kind })
  boot.writeBoot({ envelopes: [...boot.envelopes(), envelope] })
  return { done: true, sealId }
}

/** Takes a seal away; the proof may be the very seal that goes. */
export async function removeSeal({ boot, proof, before, sealId }: Change & { readonly sealId: string }): Promise<SealChange> {
  const clusterId = clusterIdOf(boot)
  assert(clusterId !== undefined, 'not initialised')
  const opened = await openRoot(boot, proof, clusterId)
  if (opened === undefined) return { done: false, refused: 'proof' }
  opened.root[Symbol.dispose]()
  const leaving = boot.envelopes().find(envelope => envelope.sealId === sealId)
  if (leaving === undefined) return { done: false, refused: 'unknown' }
  const kept = boot.envelopes().filter(envelope => envelope.sealId !== sealId)
  if (kept.length === 0) return { done: false, refused: 'last' }
  await before?.({ sealId, kind: leaving.kind })
  boot.writeBoot({ envelopes: kept })
  return { done: true, sealId }
}
