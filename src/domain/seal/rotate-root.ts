import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Random } from '#ports/random.ts'
import type { BootStore, SealEnvelope } from '#ports/record-store.ts'
import type { Seal } from '#ports/seal.ts'
import type { RootKey } from './barrier.ts'
import { clusterIdOf, envelopeOf } from './boot.ts'
import { metaNames, sealClusterKey, sealFormerRoot, type Custody } from './custody.ts'

export type RootRotation =
  | { readonly done: true; readonly root: RootKey; readonly dropped: readonly string[] }
  /** `proof`: no given seal opens an envelope; `unshown`: seals that nobody showed and nobody gave up; `underway`: the last one has not ended. */
  | { readonly done: false; readonly refused: 'proof' | 'underway' }
  | { readonly done: false; readonly refused: 'unshown'; readonly seals: readonly string[] }

interface Turning {
  readonly boot: BootStore
  readonly random: Random
  readonly custody: Custody
  /** Each seal that shall open the new root key shows itself: an envelope cannot be made without it. */
  readonly shown: readonly Seal[]
  /** Seals that are given up. */
  readonly dropped: readonly string[]
  /** What must be durable before anything is written: its entry. */
  readonly before: (rootEpoch: number) => Promise<void>
}

/**
 * A new root key, under every seal that is shown (security-and-reliability.md 2.4). In one transaction: the envelopes, the keys of the cluster,
 * and the former root key under the new one, by which compartments' keys open until they are wrapped anew. A copy of the data that was made
 * before opens by its own envelopes still.
 */
export async function beginRootRotation({ boot, random, custody, shown, dropped, before }: Turning): Promise<RootRotation> {
  const clusterId = clusterIdOf(boot)
  assert(clusterId !== undefined, 'not initialised')
  if (custody.leaving() !== undefined) return { done: false, refused: 'underway' }
  const kept = boot.envelopes().filter(({ sealId }) => !dropped.includes(sealId))
  const pairs = await pairsOf(kept, shown, clusterId)
  const [first] = pairs
  if (first === undefined) return { done: false, refused: 'proof' }
  const unshown = kept.filter(envelope => !pairs.some(pair => pair.envelope === envelope))
  if (unshown.length > 0) return { done: false, refused: 'unshown', seals: unshown.map(({ sealId }) => sealId) }
  const formerEpoch = first.envelope.rootEpoch
  const former = await first.seal.unwrap(first.envelope, clusterId)
  assert(former !== undefined, 'a seal that has opened its envelope opens it again')
  using formerRoot = former
  using fresh = new SecretBytes(random.bytes(32))
  const root: RootKey = { rootKey: createSecretKey(fresh.bytes), rootEpoch: formerEpoch + 1 }
  const envelopes: SealEnvelope[] = []
  for (const { seal, envelope } of pairs)
    envelopes.push(await envelopeOf(seal, { root: fresh, rootEpoch: root.rootEpoch, clusterId, sealId: envelope.sealId }))
  await before(root.rootEpoch)
  const formerBox = sealFormerRoot(root, { root: formerRoot, rootEpoch: formerEpoch }, random)
  boot.writeBoot({ envelopes, meta: { ...rewrappedKeys({ boot, custody, random }, root), [metaNames.formerRoot]: formerBox } })
  custody.turnRoot(root)
  return { done: true, root, dropped: dropped.filter(id => !kept.some(({ sealId }) => sealId === id)) }
}

interface Pair {
  readonly seal: Seal
  readonly envelope: SealEnvelope
}

/** One attempt at a time: a passphrase costs memory. */
async function pairsOf(envelopes: readonly SealEnvelope[], shown: readonly Seal[], clusterId: string): Promise<readonly Pair[]> {
  const pairs: Pair[] = []
  for (const envelope of envelopes) {
    for (const seal of shown) {
      using opened = seal.kind === envelope.kind ? await seal.unwrap(envelope, clusterId) : undefined
      if (opened === undefined) continue
      pairs.push({ seal, envelope })
      break
    }
  }
  return pairs
}

function rewrappedKeys({ boot, custody, random }: Pick<Turning, 'boot' | 'custody' | 'random'>, { rootKey, rootEpoch }: RootKey) {
  const prefix = metaNames.clusterKey('')
  return Object.fromEntries(
    boot.metaNames(prefix).map(stored => {
      const name = stored.slice(prefix.length)
      using key = custody.clusterKey(name)
      assert(key !== undefined, 'a key of the cluster that is named is there')
      return [stored, sealClusterKey(rootKey, { name, rootEpoch, bytes: key.bytes }, random)]
    }),
  )
}
