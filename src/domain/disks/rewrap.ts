import type { Call } from '#domain/call.ts'
import type { Context, Needs } from '#domain/context.ts'
import { advanceJob, endJob, runningJob, startJob, type HeldJob } from '#domain/jobs/start-job.ts'
import type { JobRunner } from '#domain/jobs/task.ts'
import { unwrapDek, wrapDek } from './data-keys.ts'
import type { HeldDisk, HeldSet } from './disk-standing.ts'
import { setTag, type DiskEncryptionSet } from './records.ts'

const kind = 'rewrapSet'
/** Disks that one step takes: a step is one commit. */
const stepDisks = 16

type RewrapNeeds = Needs<'diskEncryptionSets' | 'disks' | 'jobs' | 'ground'>

/** Disks under a set, a page in the order of their making. */
export const disksUnder = async (
  context: Needs<'disks'>,
  call: Call,
  page: { readonly set: HeldSet; readonly after: number; readonly limit: number },
): Promise<readonly HeldDisk[]> => {
  const { set, after, limit } = page
  return context.disks.listTagged(call, set.compartment, { tag: setTag(set.value.id), after, limit })
}

const rewrapsOf = ({ jobs }: Needs<'jobs'>, set: HeldSet): readonly HeldJob[] =>
  jobs.peek().filter(({ value }) => value.kind === kind && value.state === 'running' && value.input['set'] === set.path[0])

/** The re-wrap of a set that is under way. */
export const rewrapOf = (context: Needs<'jobs'>, set: HeldSet): HeldJob | undefined => rewrapsOf(context, set)[0]

export const hasDisks = async (context: Needs<'disks'>, call: Call, set: HeldSet): Promise<boolean> =>
  (await disksUnder(context, call, { set, after: -1, limit: 1 })).length > 0

/** The set without the error of an earlier rotation. */
export function withoutError({ autoKeyRotationError: _over, ...rest }: DiskEncryptionSet): DiskEncryptionSet {
  return rest
}

/**
 * Moves a set to `value`, whose active key is another one: where disks hang on the old, they are re-wrapped by a job and the old key stands in
 * `previousKeys` meanwhile. Data is never rewritten, exports go on.
 */
export async function moveToKey(
  context: RewrapNeeds,
  call: Call,
  { before, value, bound }: { readonly before: HeldSet; readonly value: DiskEncryptionSet; readonly bound: boolean },
): Promise<{ readonly set: HeldSet; readonly job?: HeldJob }> {
  if (!bound) return { set: context.diskEncryptionSets.update(call, before, { ...value, previousKeys: [] }) }
  const left = new Map([...before.value.previousKeys, before.value.activeKey].map(key => [key.keyUrl, key]))
  left.delete(value.activeKey.keyUrl)
  const set = context.diskEncryptionSets.update(call, before, { ...value, previousKeys: [...left.values()] })
  return { set, job: await rewrapJob(context, call, set) }
}

/**
 * The job that brings every disk of a set to its active key. One that is under way ends here: it would take what it has passed for done,
 * though the set went to another key and back meanwhile.
 */
export async function rewrapJob(context: RewrapNeeds, call: Call, set: HeldSet): Promise<HeldJob> {
  for (const seen of rewrapsOf(context, set)) {
    const job = await runningJob(context, call, seen)
    if (job !== undefined) endJob(context, call, { job, state: 'canceled' })
  }
  return startJob(context, call, { compartment: set.compartment, kind, input: { set: set.path[0], keyUrl: set.value.activeKey.keyUrl } })
}

/** One disk to the set's active key: opened under the old one, wrapped and proved under the new, as the set's identity. */
async function rewrapDisk(context: Context, call: Call, { set, disk }: { readonly set: HeldSet; readonly disk: HeldDisk }): Promise<void> {
  const { keyUrl } = set.value.activeKey
  const layers = await Promise.all(
    disk.value.layers.map(async layer => {
      if (layer.wrapped === undefined || layer.wrapped.keyUrl === keyUrl) return layer
      const target = `disk ${disk.value.name}`
      using dek = await unwrapDek(context, call, { set: set.value, wrapped: layer.wrapped, target })
      return { ...layer, wrapped: await wrapDek(context, call, { set: set.value, keyUrl, dek: dek.bytes, target }) }
    }),
  )
  if (layers.some((layer, at) => layer !== disk.value.layers[at])) context.disks.update(call, disk, { ...disk.value, layers })
}

async function step(context: Context, call: Call, job: HeldJob): Promise<void> {
  const set = await context.diskEncryptionSets.get(call, job.compartment, [job.value.input['set'] ?? ''])
  // The set is gone, or points elsewhere by now: another job does what is left.
  if (set?.value.activeKey.keyUrl !== job.value.input['keyUrl']) {
    endJob(context, call, { job, state: 'canceled' })
    return
  }
  if (set === undefined) return
  call.resource = set.value.id
  context.access.permit(call, 'diskSet.follow', { on: set.value.scope })
  const page = await disksUnder(context, call, { set, after: Number(job.value.cursor ?? -1), limit: stepDisks })
  await Promise.all(page.map(async disk => rewrapDisk(context, call, { set, disk })))
  const done = job.value.done + page.length
  const last = page.at(-1)
  const came = advanceJob(context, call, { job, done, ...(last !== undefined && { cursor: last.ord.toString() }) })
  if (page.length === stepDisks) return
  context.diskEncryptionSets.update(call, set, { ...withoutError(set.value), previousKeys: [] })
  endJob(context, call, { job: came, state: 'succeeded' })
}

/** Resumable: what was re-wrapped is in the disk records, how far it came in the job. Old keys stay in `previousKeys` when it fails. */
export const rewrapRunner: JobRunner = {
  kind,
  operation: 'DiskEncryptionSetRewrap',
  step,
  async failed(context, call, { job, error }) {
    const set = await context.diskEncryptionSets.get(call, job.compartment, [job.value.input['set'] ?? ''])
    if (set?.value.activeKey.keyUrl !== job.value.input['keyUrl']) return
    if (set !== undefined) context.diskEncryptionSets.update(call, set, { ...set.value, autoKeyRotationError: { ...error } })
  },
}
