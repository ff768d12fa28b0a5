import { keyAliasByName } from '#domain/account-keys/find-account-key.ts'
import { parseKeyArn } from '#domain/account-keys/key-arn.ts'
import type { AccountKey } from '#domain/account-keys/records.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { parseKeyUrl } from '#domain/disks/key-url.ts'
import { disksUnder } from '#domain/disks/rewrap.ts'
import type { Disk } from '#domain/disks/records.ts'
import type { HeldSet } from '#domain/disks/disk-standing.ts'
import type { Bucket } from '#domain/objects/records.ts'
import { snapshotArn, volumeArn } from '#domain/volumes/place.ts'
import type { NamedAccountKey, NamedKeyNeeds, NamedVaultKey } from './named-key.ts'

/** What cannot be opened, or made, without one version of a key. */
export interface Hanging {
  readonly kind: 'diskEncryptionSet' | 'disk' | 'virtualMachine' | 'volume' | 'snapshot' | 'bucket' | 'objects' | 'trail' | 'volumeDefault'
  /** ARM id, ARN, a bucket's name, or an account and Region. */
  readonly id: string
  /** Of a vault's key: the version; absent: the key as a whole. */
  readonly version?: string
  /** What it is under: a set, of which the key is. */
  readonly under?: string
  /** What uses it now: machines by ARM id, an instance by its name. */
  readonly attachedTo?: string
  /** How many there are, where it stands for several. */
  readonly count?: number
  /** There are more: so far it was counted. */
  readonly atLeast?: true
  /** `environment` among its tags. */
  readonly environment?: string
}

export type HangingNeeds = NamedKeyNeeds &
  Needs<
    | 'diskEncryptionSets'
    | 'disks'
    | 'virtualMachines'
    | 'buckets'
    | 'objects'
    | 'trails'
    | 'volumes'
    | 'volumeAttachments'
    | 'volumeDefaults'
    | 'snapshots'
  >

const pageRows = 200
/** So many objects of a bucket are looked at. */
const objectsMax = 50_000

const environmentIn = (tags: Readonly<Record<string, string>>): Pick<Hanging, 'environment'> => {
  const [, environment] = Object.entries(tags).find(([name]) => name.toLowerCase() === 'environment') ?? []
  return environment === undefined ? {} : { environment }
}

/** Rows of a list, page by page. */
async function* paged<T extends { readonly ord: number }>(page: (after: number) => Promise<readonly T[]>): AsyncGenerator<T> {
  for (let after = -1; ;) {
    const rows = await page(after)
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageRows) return
    after = last.ord
  }
}

/** Sets that name the key, the disks that are wrapped under it, and the machines that these are attached to. */
export async function hangingOnVaultKey(context: HangingNeeds, call: Call, { vault, key }: NamedVaultKey): Promise<readonly Hanging[]> {
  const versionIn = (keyUrl: string): string | undefined => {
    const url = parseKeyUrl(keyUrl, context.instance.domain)
    const same = url?.vault.toLowerCase() === vault.name.toLowerCase() && url.name.toLowerCase() === key.value.name.toLowerCase()
    return same ? url.version : undefined
  }
  const found: Hanging[] = []
  for (const set of context.diskEncryptionSets.peek()) {
    const { id, activeKey, previousKeys, tags } = set.value
    const active = versionIn(activeKey.keyUrl)
    if (active === undefined && !previousKeys.some(({ keyUrl }) => versionIn(keyUrl) !== undefined)) continue
    if (active !== undefined) found.push({ kind: 'diskEncryptionSet', id, version: active, ...environmentIn(tags) })
    found.push(...(await disksOf(context, call, { set, versionIn })))
  }
  return [...found, ...machinesOf(context, found)]
}

async function disksOf(
  context: HangingNeeds,
  call: Call,
  { set, versionIn }: { readonly set: HeldSet; readonly versionIn: (keyUrl: string) => string | undefined },
): Promise<readonly Hanging[]> {
  const machines = context.virtualMachines.peek()
  const machineOf = ({ id }: Disk): string | undefined =>
    machines.find(({ value }) => value.disks.some(({ diskId }) => diskId.toLowerCase() === id.toLowerCase()))?.value.id
  const found: Hanging[] = []
  for await (const { value } of paged(async after => disksUnder(context, call, { set, after, limit: pageRows })))
    for (const { wrapped } of value.layers) {
      const version = wrapped && versionIn(wrapped.keyUrl)
      if (version === undefined) continue
      const attachedTo = machineOf(value)
      const of = { kind: 'disk', id: value.id, version, under: set.value.id } as const
      found.push({ ...of, ...(attachedTo !== undefined && { attachedTo }), ...environmentIn(value.tags) })
    }
  return found
}

function machinesOf({ virtualMachines }: HangingNeeds, disks: readonly Hanging[]): readonly Hanging[] {
  const versions = new Map(disks.flatMap(({ attachedTo, version }) => (attachedTo === undefined ? [] : [[attachedTo, version] as const])))
  return virtualMachines.peek().flatMap(({ value: { id, tags } }): Hanging[] => {
    const version = versions.get(id)
    return version === undefined ? [] : [{ kind: 'virtualMachine', id, version, ...environmentIn(tags) }]
  })
}

/** Volumes, snapshots, buckets with their objects, and trails that a key of an account has wrapped data keys for. */
export async function hangingOnAccountKey(context: HangingNeeds, call: Call, named: NamedAccountKey): Promise<readonly Hanging[]> {
  const { key, name } = named
  const place = { accountId: key.value.accountId, region: key.value.region }
  const trails = context.trails.peek().flatMap(({ value }): Hanging[] => (value.keyArn === name ? [{ kind: 'trail', id: value.name }] : []))
  return [...(await volumesOf(context, call, named)), ...(await bucketsOf(context, call, { named, place })), ...trails]
}

const environmentOf = (tags: readonly { readonly key: string; readonly value: string }[]): Pick<Hanging, 'environment'> =>
  environmentIn(Object.fromEntries(tags.map(({ key, value }) => [key, value])))

async function volumesOf(context: HangingNeeds, call: Call, { key, name }: NamedAccountKey): Promise<readonly Hanging[]> {
  const found: Hanging[] = []
  // A key serves its own Region; its compartment is the Region's.
  const { compartment } = key
  const page = (after: number) => ({ collection: [], after, limit: pageRows }) as const
  for await (const { value } of paged(async after => context.volumes.list(call, compartment, page(after)))) {
    if (value.key?.arn !== name) continue
    const attachment = await context.volumeAttachments.get(call, compartment, [value.id])
    const attachedTo = attachment && { attachedTo: attachment.value.instanceId }
    found.push({ kind: 'volume', id: volumeArn(value), ...attachedTo, ...environmentOf(value.tags) })
  }
  for await (const { value } of paged(async after => context.snapshots.list(call, compartment, page(after))))
    if (value.key?.arn === name) found.push({ kind: 'snapshot', id: snapshotArn(value), ...environmentOf(value.tags) })
  const defaults = await context.volumeDefaults.get(call, compartment, ['volumes'])
  if (defaults?.value.keyArn === name) found.push({ kind: 'volumeDefault', id: `${key.value.accountId} ${key.value.region}` })
  return found
}

interface InRegion {
  readonly named: NamedAccountKey
  readonly place: Pick<AccountKey, 'accountId' | 'region'>
}

async function bucketsOf(context: HangingNeeds, call: Call, { named, place }: InRegion): Promise<readonly Hanging[]> {
  const found: Hanging[] = []
  for (const { value: bucket } of context.buckets.peek()) {
    if (bucket.region !== place.region) continue
    const of = environmentOf(bucket.tags)
    if (await encryptsWith(context, call, { bucket, named })) found.push({ kind: 'bucket', id: bucket.name, ...of })
    const objects = await objectsUnder(context, call, { bucket, arn: named.name })
    if (objects.count > 0) found.push({ kind: 'objects', id: bucket.name, ...objects, ...of })
  }
  return found
}

/** By its id, its ARN, or a name of it. */
async function encryptsWith(
  context: HangingNeeds,
  call: Call,
  { bucket, named }: { readonly bucket: Bucket; readonly named: NamedAccountKey },
): Promise<boolean> {
  const { encryption, accountId } = bucket
  const keyId = encryption.method === 'accountKey' ? encryption.keyId : undefined
  if (keyId === undefined) return false
  const { id, region } = named.key.value
  // As the bucket's account would be understood: what is no ARN is its own.
  const kind = keyId.startsWith('alias/') ? 'alias' : 'key'
  const place = parseKeyArn(keyId) ?? { accountId, region, kind, name: keyId }
  if (place.accountId !== named.key.value.accountId) return false
  return place.kind === 'key' ? place.name === id : (await keyAliasByName(context, call, place))?.value.keyId === id
}

/** Newest versions alone. */
async function objectsUnder(
  context: HangingNeeds,
  call: Call,
  { bucket, arn }: { readonly bucket: Bucket; readonly arn: string },
): Promise<{ readonly count: number; readonly atLeast?: true }> {
  let [count, seen] = [0, 0]
  const page = (after: number) => ({ collection: [], after, limit: pageRows }) as const
  for await (const { value } of paged(async after => context.objects.list(call, bucket.compartment, page(after)))) {
    if (value.encryption.method === 'accountKey' && value.encryption.keyArn === arn) count += 1
    seen += 1
    if (seen >= objectsMax) return { count, atLeast: true }
  }
  return { count }
}
