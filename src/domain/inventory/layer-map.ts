import { Problem } from '#model/problem.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { accountKeyById } from '#domain/account-keys/find-account-key.ts'
import { parseKeyArn } from '#domain/account-keys/key-arn.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { diskByArmId, setByArmId, type HeldSet } from '#domain/disks/disk-standing.ts'
import { keyStanding } from '#domain/disks/key-standing.ts'
import { parseKeyUrl } from '#domain/disks/key-url.ts'
import { lookCall } from '#domain/disks/look.ts'
import type { Disk, DiskLayer } from '#domain/disks/records.ts'
import { disksUnder, rewrapOf } from '#domain/disks/rewrap.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { volumeArn } from '#domain/volumes/place.ts'
import type { Volume } from '#domain/volumes/records.ts'
import { volumeExports } from '#domain/volumes/volume-exports.ts'

/** One pass over a disk's bytes, or a place where there is none. */
export interface ShownLayer {
  /** `host`: temporary disk and cache; `sse-cmk`, `sse-pmk`: at rest, under a customer's or the platform's key; `ebs-cmk`, `ebs-pmk`: of a volume. */
  readonly layer: 'host' | 'sse-cmk' | 'sse-pmk' | 'ebs-cmk' | 'ebs-pmk'
  /** `active`: bytes can be opened; `lost`: they are encrypted, and nobody can open them now; `off`: there is no such layer. */
  readonly state: 'active' | 'lost' | 'off'
  readonly algorithm?: string
  readonly keyOwner?: 'customer' | 'platform'
  /** URL or ARN. */
  readonly key?: string
  /** `kv1/k1`. */
  readonly keyName?: string
  readonly version?: string
  /** ARM id of the set. */
  readonly set?: string
  readonly because?: string
}

export interface LayersOfDisk {
  readonly disk: string
  readonly id: string
  readonly attachedTo?: string
  /** Outermost first: what the bytes pass last before they are written. */
  readonly layers: readonly ShownLayer[]
}

const algorithm = 'AES-256-XTS'
const pageDisks = 200

/** What protects a disk, a machine's disks, or a volume, and whose keys these are. Looks at records and rulings alone. Raises `ResourceNotFound`. */
export async function layerMap(
  context: Context,
  call: Call,
  { permit, id }: { readonly permit: Permit<'instance.read'>; readonly id: string },
): Promise<readonly LayersOfDisk[]> {
  assertPermits(permit, rootScope)
  call.resource = id
  const look = lookCall(context)
  const machine = context.virtualMachines.peek().find(({ value }) => isCalled(value, id))?.value
  const disks =
    machine === undefined
      ? context.disks.peek().flatMap(({ value }) => (isCalled(value, id) ? [value] : []))
      : (await Promise.all(machine.disks.map(async ({ diskId }) => diskByArmId(context, look, diskId)))).flatMap(held => held?.value ?? [])
  if (machine !== undefined || disks.length > 0) return Promise.all(disks.map(async disk => layersOfDisk(context, look, disk)))
  const volume = await volumeCalled(context, look, id)
  if (volume === undefined) throw new Problem({ code: 'ResourceNotFound', details: { type: 'disk', name: id } })
  return [await layersOfVolume(context, look, volume)]
}

const isCalled = (value: { readonly id: string; readonly name: string }, text: string): boolean =>
  value.id.toLowerCase() === text.toLowerCase() || value.name.toLowerCase() === text.toLowerCase()

async function layersOfDisk(context: Context, call: Call, disk: Disk): Promise<LayersOfDisk> {
  const machine = context.virtualMachines
    .peek()
    .find(({ value }) => value.disks.some(one => one.diskId.toLowerCase() === disk.id.toLowerCase()))
  const set = disk.encryption.setId === undefined ? undefined : await setByArmId(context, call, disk.encryption.setId)
  const atRest: ShownLayer[] = []
  for (const layer of disk.layers) atRest.push(await shownLayer(context, call, { layer, set }))
  const host: ShownLayer = { layer: 'host', state: 'off', because: 'no encryption at host: machines are described here, and not run' }
  return {
    disk: disk.name,
    id: disk.id,
    ...(machine !== undefined && { attachedTo: machine.value.id }),
    layers: machine === undefined ? atRest : [host, ...atRest],
  }
}

async function shownLayer(
  context: Context,
  call: Call,
  { layer, set }: { readonly layer: DiskLayer; readonly set: HeldSet | undefined },
): Promise<ShownLayer> {
  const { wrapped } = layer
  if (wrapped === undefined) return { layer: 'sse-pmk', state: 'active', algorithm, keyOwner: 'platform' }
  const url = parseKeyUrl(wrapped.keyUrl, context.instance.domain)
  const of = {
    layer: 'sse-cmk',
    algorithm,
    keyOwner: 'customer',
    key: wrapped.keyUrl,
    ...(url !== undefined && { keyName: `${url.vault}/${url.name}`, version: url.version }),
    ...(set !== undefined && { set: set.value.id }),
  } as const
  if (set === undefined) return { ...of, state: 'lost', because: 'the disk encryption set is gone' }
  const standing = await keyStanding(context, call, { set: set.value, keyUrl: wrapped.keyUrl })
  return standing.usable ? { ...of, state: 'active' } : { ...of, state: 'lost', because: standing.because }
}

/** By its ARN, or by its id, which is in one Region of one account. */
async function volumeCalled(context: Context, call: Call, text: string): Promise<Volume | undefined> {
  const id = text.split('/').at(-1) ?? ''
  if (!id.startsWith('vol-')) return undefined
  for (const { value } of context.accountRegions.peek()) {
    const held = await context.volumes.get(call, value.compartment, [id])
    if (held !== undefined && (text === id || volumeArn(held.value) === text)) return held.value
  }
  return undefined
}

async function layersOfVolume(context: Context, call: Call, volume: Volume): Promise<LayersOfDisk> {
  const of = { disk: volume.id, id: volumeArn(volume) }
  if (volume.key === undefined) return { ...of, layers: [{ layer: 'ebs-pmk', state: 'active', algorithm, keyOwner: 'platform' }] }
  const layer = { layer: 'ebs-cmk', algorithm, keyOwner: 'customer', key: volume.key.arn } as const
  const because = await whyLost(context, call, { id: of.id, arn: volume.key.arn })
  return { ...of, layers: [because === undefined ? { ...layer, state: 'active' } : { ...layer, state: 'lost', because }] }
}

/** Of what is attached, whether it can be opened; of anything else, what state the key is in. */
async function whyLost(
  context: Context,
  call: Call,
  { id, arn }: { readonly id: string; readonly arn: string },
): Promise<string | undefined> {
  const exported = await volumeExports(context).of(call, id)
  if (exported !== undefined && exported.name !== '') {
    const standing = await exported.standing(call)
    return standing.usable ? undefined : standing.because
  }
  const place = parseKeyArn(arn)
  const key = place && (await accountKeyById(context, call, { ...place, id: place.name }))
  return key?.value.enabled === true && key.value.deletion === undefined ? undefined : 'the key is in no state to decrypt'
}

export interface Fleet {
  readonly set: string
  readonly id: string
  /** URL of the version that disks are to be under, and of those that some still are. */
  readonly activeKey: string
  readonly previousKeys: readonly string[]
  readonly followsKey: boolean
  /** Of a re-wrap that is under way. */
  readonly rewrapped?: number
  readonly disks: readonly (LayersOfDisk & { readonly version: string | null; readonly behind: boolean })[]
}

/** Every disk of a set: the version that it is under, and whether it can be opened. Raises `ResourceNotFound`. */
export async function fleetOf(
  context: Context,
  call: Call,
  { permit, id }: { readonly permit: Permit<'instance.read'>; readonly id: string },
): Promise<Fleet> {
  assertPermits(permit, rootScope)
  call.resource = id
  const look = lookCall(context)
  const set = context.diskEncryptionSets.peek().find(({ value }) => isCalled(value, id))
  if (set === undefined) throw new Problem({ code: 'ResourceNotFound', details: { type: 'disk encryption set', name: id } })
  const { activeKey, previousKeys, name, rotationToLatestKeyVersionEnabled: followsKey } = set.value
  const job = rewrapOf(context, set)
  return {
    set: name,
    id: set.value.id,
    activeKey: activeKey.keyUrl,
    previousKeys: previousKeys.map(({ keyUrl }) => keyUrl),
    followsKey,
    ...(job !== undefined && { rewrapped: job.value.done }),
    disks: await disksOfFleet(context, look, set),
  }
}

async function disksOfFleet(context: Context, call: Call, set: HeldSet): Promise<Fleet['disks']> {
  const disks: Fleet['disks'][number][] = []
  for (let after = -1, more = true; more;) {
    const page = await disksUnder(context, call, { set, after, limit: pageDisks })
    for (const { value } of page) {
      const shown = await layersOfDisk(context, call, value)
      const { version = null, key } = shown.layers.find(({ layer }) => layer === 'sse-cmk') ?? {}
      disks.push(Object.assign({ version, behind: key !== undefined && key !== set.value.activeKey.keyUrl }, shown))
    }
    after = page.at(-1)?.ord ?? after
    more = page.length === pageDisks
  }
  return disks
}
