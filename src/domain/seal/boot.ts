import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import type { Sealed } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Random } from '#ports/random.ts'
import type { BootStore, SealEnvelope } from '#ports/record-store.ts'
import type { Seal } from '#ports/seal.ts'
import { createBarrier } from './barrier.ts'
import { auditKeyName, type Custody, installationCompartment, metaNames, openCustody, sealClusterKey } from './custody.ts'

/** The store was initialised once: a cluster id stands in it. */
export function clusterIdOf(boot: BootStore): string | undefined {
  const id = boot.meta(metaNames.clusterId)
  return id === undefined ? undefined : Buffer.from(id).toString('utf8')
}

/**
 * First start: draws the cluster id, the root key, the installation's compartment and the audit signing key, and writes them in one transaction.
 * `seals` is asked with the cluster id, for a key file is named after it; one seal at least. Losing all of them is losing all data.
 */
export async function initialise({
  boot,
  random,
  seals,
}: {
  readonly boot: BootStore
  readonly random: Random
  readonly seals: (clusterId: string) => Promise<readonly Seal[]>
}): Promise<Custody> {
  assert(clusterIdOf(boot) === undefined && boot.envelopes().length === 0, 'initialised before')
  const clusterId = random.uuid()
  const holders = await seals(clusterId)
  assert(holders.length > 0, 'a root key without a seal is lost')
  const rootEpoch = 1
  using root = new SecretBytes(random.bytes(32))
  const envelopes: SealEnvelope[] = []
  for (const seal of holders) envelopes.push(await envelopeOf(seal, { root, rootEpoch, clusterId, sealId: random.uuid() }))
  const rootKey = createSecretKey(root.bytes)
  const row = createBarrier({ rootKey, rootEpoch, random }).newCompartment(installationCompartment(clusterId))
  boot.writeBoot({
    meta: {
      [metaNames.clusterId]: Buffer.from(clusterId, 'utf8'),
      [metaNames.clusterKey(auditKeyName)]: newAuditKey(),
    },
    envelopes,
    compartmentKeys: [row],
  })
  const custody = openCustody({ boot, random, clusterId, root, rootEpoch })
  custody.barrier.admit([row])
  return custody

  function newAuditKey(): Sealed {
    using seed = new SecretBytes(random.bytes(32))
    return sealClusterKey(rootKey, { name: auditKeyName, rootEpoch, bytes: seed.bytes }, random)
  }
}

/**
 * `undefined`: none of the seals opens any envelope. The barrier knows no compartment yet: admit the store's. An envelope of weaker parameters
 * than its seal would take today is wrapped anew on the way (security-and-reliability.md 2.4).
 */
export async function unseal({
  boot,
  random,
  seals,
}: {
  readonly boot: BootStore
  readonly random: Random
  readonly seals: readonly Seal[]
}): Promise<{ readonly custody: Custody; readonly openedBy: SealEnvelope } | undefined> {
  const clusterId = clusterIdOf(boot)
  assert(clusterId !== undefined, 'not initialised')
  const opened = await openRoot(boot, seals, clusterId)
  if (opened === undefined) return undefined
  using root = opened.root
  const { by, seal } = opened
  if (seal.outdated?.(by) === true) await renew(boot, { seal, root, clusterId, envelope: by })
  const custody = openCustody({ boot, random, clusterId, root, rootEpoch: by.rootEpoch })
  return { custody, openedBy: by }
}

async function renew(
  boot: BootStore,
  what: { readonly seal: Seal; readonly root: SecretBytes; readonly clusterId: string; readonly envelope: SealEnvelope },
): Promise<void> {
  const { seal, root, clusterId, envelope } = what
  const { sealId, rootEpoch } = envelope
  const renewed = await envelopeOf(seal, { root, rootEpoch, clusterId, sealId })
  boot.writeBoot({ envelopes: boot.envelopes().map(one => (one.sealId === sealId ? renewed : one)) })
}

/** The root key by whichever seal opens an envelope first, one attempt at a time: a passphrase costs memory. */
export async function openRoot(
  boot: BootStore,
  seals: readonly Seal[],
  clusterId: string,
): Promise<{ readonly root: SecretBytes; readonly by: SealEnvelope; readonly seal: Seal } | undefined> {
  for (const envelope of boot.envelopes()) {
    for (const seal of seals) {
      const root = seal.kind === envelope.kind ? await seal.unwrap(envelope, clusterId) : undefined
      if (root !== undefined) return { root, by: envelope, seal }
    }
  }
  return undefined
}

export async function envelopeOf(
  seal: Seal,
  of: { readonly root: SecretBytes; readonly rootEpoch: number; readonly clusterId: string; readonly sealId: string },
): Promise<SealEnvelope> {
  const wrapped = await seal.wrap(of.root.bytes, of.clusterId)
  return { sealId: of.sealId, kind: seal.kind, params: seal.params, rootEpoch: of.rootEpoch, wrapped }
}
