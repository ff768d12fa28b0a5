import { Problem } from '#model/problem.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { lookCall } from '#domain/disks/look.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { volumesIn } from '#domain/volumes/list-volumes.ts'
import { volumeArn } from '#domain/volumes/place.ts'
import { checkedBucket, checkedVolume } from './account-checks.ts'
import { checkedDisk, checkedMachine, checkedSet } from './disk-checks.ts'
import type { Checked } from './item.ts'
import { checkedVault } from './vault-checks.ts'

export interface Checklist {
  readonly ok: boolean
  readonly checks: readonly Checked[]
}

/** Something that has a checklist, not yet looked at. */
interface Candidate {
  readonly id: string
  readonly name: string
  check(): Promise<Checked>
}

export interface ChecklistRequest {
  readonly permit: Permit<'instance.read'>
  /** ARM ids of resources and groups, ARNs, ids of volumes, or names; none: all that there is. */
  readonly ids: readonly string[]
  /** What became of keys and wraps, as the audit has it. */
  readonly history: boolean
}

/** Seed 000's checklist of everything that is named, or of all there is. Nothing is opened, nothing is changed. Raises `ResourceNotFound`. */
export async function checklist(context: Context, call: Call, { permit, ids, history }: ChecklistRequest): Promise<Checklist> {
  assertPermits(permit, rootScope)
  const look = lookCall(context)
  const all = await candidates(context, look)
  const wanted = ids.length === 0 ? all : [...new Set(ids.flatMap(id => named(all, id)))]
  const checks: Checked[] = []
  for (const one of wanted) {
    const done = await one.check()
    checks.push(history ? { ...done, history: await historyOf(context, done) } : done)
  }
  call.details.set('things', checks.length.toString())
  return { ok: checks.every(({ ok }) => ok), checks }
}

async function candidates(context: Context, call: Call): Promise<readonly Candidate[]> {
  const found: Candidate[] = []
  for (const { value } of context.vaults.peek()) found.push({ id: value.id, name: value.name, check: async () => checkedVault(value) })
  for (const { value } of context.diskEncryptionSets.peek())
    found.push({ id: value.id, name: value.name, check: async () => checkedSet(context, call, value) })
  for (const { value } of context.disks.peek())
    found.push({ id: value.id, name: value.name, check: async () => checkedDisk(context, call, value) })
  for (const { value } of context.virtualMachines.peek())
    found.push({ id: value.id, name: value.name, check: async () => checkedMachine(context, call, value) })
  for (const { value } of context.buckets.peek())
    found.push({ id: `arn:aws:s3:::${value.name}`, name: value.name, check: async () => checkedBucket(context, call, value) })
  for (const { value: place } of context.accountRegions.peek())
    for await (const { value } of volumesIn(context, call, { ...place, after: 0 }))
      found.push({ id: volumeArn(value), name: value.id, check: async () => checkedVolume(context, call, value) })
  return found
}

/** By its id or name; a group is all that is in it. */
function named(all: readonly Candidate[], text: string): readonly Candidate[] {
  const wanted = text.toLowerCase().replace(/\/$/, '')
  const own = all.filter(({ id, name }) => id.toLowerCase() === wanted || name.toLowerCase() === wanted)
  const within = wanted.startsWith('/subscriptions/') ? all.filter(({ id }) => id.toLowerCase().startsWith(`${wanted}/`)) : []
  const byGroup = all.filter(({ id }) => id.toLowerCase().split('/')[4] === wanted)
  const found = [own, within, byGroup].find(({ length }) => length > 0)
  if (found !== undefined) return found
  throw new Problem({ code: 'ResourceNotFound', details: { type: 'resource', name: text.slice(0, 128) } })
}

const told = new Set([
  'DiskEncryptionSetRewrap',
  'DiskEncryptionSetFollow',
  'DiskEncryptionSetPut',
  'DiskEncryptionSetPatch',
  'DiskPut',
  'DiskPatch',
  'DiskExportSuspended',
  'DiskExportResumed',
])

/** Entries that name it, or a set that its lines name; oldest first. */
async function historyOf(context: Context, { id, items }: Checked): Promise<NonNullable<Checked['history']>> {
  const set = items.find(({ check }) => check === 'set')?.text
  const sets = context.diskEncryptionSets.peek().filter(({ value }) => set?.startsWith(`set ${value.name}:`) === true)
  const ids = new Set([id, ...sets.map(({ value }) => value.id)].map(one => one.toLowerCase()))
  const found: NonNullable<Checked['history']>[number][] = []
  for await (const { at, operation, resourceId, result } of context.trail({}))
    if (told.has(operation) && ids.has(resourceId.toLowerCase()))
      found.push({ at, operation, outcome: result.code ?? result.http.toString() })
  return found
}
