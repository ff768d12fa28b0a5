import { createHash, createPrivateKey, createSecretKey, type KeyObject } from 'node:crypto'
import { type Bytes, type CompartmentId, compartmentId, sealed } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Random } from '#ports/random.ts'
import type { BootStore } from '#ports/record-store.ts'
import { createBarrier, type OpenBarrier, type RootKey } from './barrier.ts'
import { clusterKeyContext, openBody, sealBody } from './record-cipher.ts'

/** What stands open once the root key is known. The root key itself stays inside. */
export interface Custody {
  /** UUID; public. */
  readonly clusterId: string
  /** The compartment of the installation itself: audit, directory of tenants, backup blobs. */
  readonly installation: CompartmentId
  readonly barrier: OpenBarrier
  /** Ed25519: signs checkpoints of the audit log. */
  readonly auditKey: KeyObject
  /** A key of the cluster that was kept under this name, or `undefined`; throws when it does not open. */
  clusterKey(name: string): SecretBytes | undefined
  /** Keeps a key of the cluster, wrapped by the root key (security-and-reliability.md 2.2), over restarts; replaces one of the same name. */
  keepClusterKey(name: string, key: Bytes): void
  /** A newer root key: what is wrapped from now on is wrapped under it. */
  turnRoot(root: RootKey): void
  /** The epoch that a rotation is leaving, while one is under way. */
  leaving(): number | undefined
  /** Nothing is under the former root key any more: it is destroyed. */
  leaveRoot(): void
  /** Drops every key from memory. */
  close(): void
}

/** Names of rows of `meta`. */
export const metaNames = {
  clusterId: 'cluster_id',
  clusterKey: (name: string) => `cluster_key:${name}`,
  /** The root key before, wrapped by the newest: as long as a compartment's key is still under it. */
  formerRoot: 'former_root',
} as const
/** Name of the cluster key that `auditKey` is made of: 32 bytes, an Ed25519 seed. */
export const auditKeyName = 'audit-signing'

/** The same on every node, before anything can be opened: the first 16 bytes of a hash of the cluster's id. */
export function installationCompartment(clusterId: string): CompartmentId {
  return compartmentId(createHash('sha256').update(`keystead/installation\0${clusterId}`).digest('hex').slice(0, 32))
}

/** What custody is made of; `root` is borrowed, its bytes are copied into a KeyObject. */
export interface CustodyParts {
  readonly boot: BootStore
  readonly random: Random
  readonly clusterId: string
  readonly root: SecretBytes
  readonly rootEpoch: number
}

/** Name that a root key is bound to where another wraps it. */
const formerName = (rootEpoch: number): string => `root:${rootEpoch}`

/** u32 epoch ‖ the root key of that epoch, under the newest. */
export function sealFormerRoot(newest: RootKey, former: { readonly root: SecretBytes; readonly rootEpoch: number }, random: Random): Bytes {
  const { rootKey, rootEpoch } = newest
  const box = sealClusterKey(rootKey, { name: formerName(former.rootEpoch), rootEpoch, bytes: former.root.bytes }, random)
  const epoch = Buffer.alloc(4)
  epoch.writeUInt32BE(former.rootEpoch)
  return Buffer.concat([epoch, box])
}

function openFormerRoot(boot: BootStore, { rootKey, rootEpoch }: RootKey): RootKey | undefined {
  const kept = boot.meta(metaNames.formerRoot)
  if (kept === undefined) return undefined
  const former = Buffer.from(kept).readUInt32BE()
  const context = clusterKeyContext(formerName(former), rootEpoch)
  using opened = new SecretBytes(openBody({ key: rootKey, label: 'keystead/wrap', context }, sealed(kept.subarray(4))))
  return { rootKey: createSecretKey(opened.bytes), rootEpoch: former }
}

/** A cluster key under the root key, alone: what first start writes before custody stands. */
export function sealClusterKey(
  rootKey: KeyObject,
  key: { readonly name: string; readonly rootEpoch: number; readonly bytes: Bytes },
  random: Random,
) {
  return sealBody({ key: rootKey, label: 'keystead/wrap', context: clusterKeyContext(key.name, key.rootEpoch) }, key.bytes, random)
}

export function openCustody({ boot, random, clusterId, root, rootEpoch }: CustodyParts): Custody {
  let newest: RootKey = { rootKey: createSecretKey(root.bytes), rootEpoch }
  let former = openFormerRoot(boot, newest)
  const barrier = createBarrier({ ...newest, former, random })
  const clusterKey = (name: string): SecretBytes | undefined => {
    const kept = boot.meta(metaNames.clusterKey(name))
    if (kept === undefined) return undefined
    const context = clusterKeyContext(name, newest.rootEpoch)
    return new SecretBytes(openBody({ key: newest.rootKey, label: 'keystead/wrap', context }, sealed(kept)))
  }
  return {
    clusterId,
    installation: installationCompartment(clusterId),
    barrier,
    auditKey: ed25519Of(clusterKey(auditKeyName)),
    clusterKey,
    keepClusterKey(name, bytes) {
      const { rootKey, rootEpoch: epoch } = newest
      boot.writeBoot({ meta: { [metaNames.clusterKey(name)]: sealClusterKey(rootKey, { name, rootEpoch: epoch, bytes }, random) } })
    },
    turnRoot(next) {
      former = newest
      newest = next
      barrier.turnRoot(next)
    },
    leaving: () => former?.rootEpoch,
    leaveRoot() {
      if (former === undefined) return
      boot.writeBoot({ removeMeta: [metaNames.formerRoot] })
      barrier.leaveRoot(former.rootEpoch)
      former = undefined
    },
    close: () => barrier.close(),
  }
}

/** PKCS#8 of an Ed25519 key with 32 bytes to come (RFC 8410 7). */
const ed25519Prefix = Uint8Array.fromHex('302e020100300506032b657004220420')

function ed25519Of(seed: SecretBytes | undefined): KeyObject {
  if (seed === undefined) throw new Error('the audit signing key is missing')
  using mine = seed
  using pkcs8 = new SecretBytes(new Uint8Array(ed25519Prefix.length + mine.length))
  pkcs8.bytes.set(ed25519Prefix)
  pkcs8.bytes.set(mine.bytes, ed25519Prefix.length)
  return createPrivateKey({ key: Buffer.from(pkcs8.bytes.buffer), format: 'der', type: 'pkcs8' })
}
