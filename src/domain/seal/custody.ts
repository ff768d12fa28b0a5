import { createHash, createPrivateKey, createSecretKey, type KeyObject } from 'node:crypto'
import { type Bytes, type CompartmentId, compartmentId, sealed } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Random } from '#ports/random.ts'
import type { BootStore } from '#ports/record-store.ts'
import { createBarrier, type OpenBarrier } from './barrier.ts'
import { clusterKeyContext, openBody, sealBody } from './record-cipher.ts'

/** What stands open once the root key is known. The root key itself stays inside. */
export interface Custody {
  /** UUID; public. */
  readonly clusterId: string
  readonly rootEpoch: number
  /** The compartment of the installation itself: audit, directory of tenants, backup blobs. */
  readonly installation: CompartmentId
  readonly barrier: OpenBarrier
  /** Ed25519: signs checkpoints of the audit log. */
  readonly auditKey: KeyObject
  /** A key of the cluster that was kept under this name, or `undefined`; throws when it does not open. */
  clusterKey(name: string): SecretBytes | undefined
  /** Keeps a key of the cluster, wrapped by the root key (security-and-reliability.md 2.2), over restarts; replaces one of the same name. */
  keepClusterKey(name: string, key: Bytes): void
  /** Drops every key from memory. */
  close(): void
}

/** Names of rows of `meta`. */
export const metaNames = { clusterId: 'cluster_id', clusterKey: (name: string) => `cluster_key:${name}` } as const
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

/** A cluster key under the root key, alone: what first start writes before custody stands. */
export function sealClusterKey(
  rootKey: KeyObject,
  key: { readonly name: string; readonly rootEpoch: number; readonly bytes: Bytes },
  random: Random,
) {
  return sealBody({ key: rootKey, label: 'keystead/wrap', context: clusterKeyContext(key.name, key.rootEpoch) }, key.bytes, random)
}

export function openCustody({ boot, random, clusterId, root, rootEpoch }: CustodyParts): Custody {
  const rootKey = createSecretKey(root.bytes)
  const barrier = createBarrier({ rootKey, rootEpoch, random })
  const clusterKey = (name: string): SecretBytes | undefined => {
    const kept = boot.meta(metaNames.clusterKey(name))
    if (kept === undefined) return undefined
    const under = { key: rootKey, label: 'keystead/wrap', context: clusterKeyContext(name, rootEpoch) } as const
    return new SecretBytes(openBody(under, sealed(kept)))
  }
  return {
    clusterId,
    rootEpoch,
    installation: installationCompartment(clusterId),
    barrier,
    auditKey: ed25519Of(clusterKey(auditKeyName)),
    clusterKey,
    keepClusterKey: (name, bytes) =>
      boot.writeBoot({ meta: { [metaNames.clusterKey(name)]: sealClusterKey(rootKey, { name, rootEpoch, bytes }, random) } }),
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
