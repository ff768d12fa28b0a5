// Bytes under another data key: a job, for they may be many. It opens both keys as the service's role, by grants of whoever asked for it.
import { chunkBytes } from '#ports/block-store.ts'
import { Problem } from '#model/problem.ts'
import { sealed, type Bytes, type CompartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Context, Needs } from '#domain/context.ts'
import { diskRemovedTopic } from '#domain/disks/delete-disk.ts'
import { advanceJob, endJob, startJob, type HeldJob } from '#domain/jobs/start-job.ts'
import type { JobRunner } from '#domain/jobs/task.ts'
import { snapshotById, type HeldSnapshot } from './find-snapshot.ts'
import type { HeldVolume } from './find-volume.ts'
import { decryptForInstance, grantToInstance, retireFromInstance, type InstanceKeyNeeds, type KeyHolder } from './instance-keys.ts'
import { snapshotArn, snapshotScope, volumeArn } from './place.ts'
import type { Volume } from './records.ts'
import type { Snapshot } from './snapshot-records.ts'
import { lyingDisk, platformDek } from './stored-bytes.ts'

const kind = 'copyVolumeBytes'

/** Copies under way that read this snapshot. */
export const copiesFrom = ({ jobs }: Needs<'jobs'>, { id, region }: Snapshot): readonly HeldJob[] =>
  jobs
    .peek()
    .filter(
      ({ value }) =>
        value.kind === kind && value.state === 'running' && value.input['sourceId'] === id && value.input['sourceRegion'] === region,
    )

/** The name that a snapshot's data key is bound to is not its own as a rule. `user`: the account that opens it, where it is shared with it. */
export const keyOfSnapshot = ({ accountId, region, id, key }: Snapshot, user: string = accountId): KeyHolder => ({
  accountId: user,
  region,
  id: key?.boundTo ?? id,
  ...(key !== undefined && { key: { arn: key.arn, wrapped: key.wrapped } }),
})

type Target = 'snapshot' | 'volume'

/** Begins it: the grants are the caller's to give. Raises `AccessDenied`, `VolumeInvalid` where a key cannot be used. */
export async function startCopy(
  context: InstanceKeyNeeds & Needs<'jobs' | 'ground'>,
  call: Call,
  request: {
    readonly source: HeldSnapshot
    readonly target: Target
    readonly to: KeyHolder & { readonly diskId: string }
    readonly compartment: CompartmentId
  },
): Promise<void> {
  const { source, target, to, compartment } = request
  const { id, accountId, region, diskId } = to
  const from = await grantToInstance(context, call, { volume: keyOfSnapshot(source.value, accountId), instanceId: id })
  const onto = await grantToInstance(context, call, { volume: to, instanceId: id })
  const input = {
    target,
    id,
    accountId,
    region,
    diskId,
    sourceId: source.value.id,
    sourceRegion: source.value.region,
    ...(source.value.accountId !== accountId && { sourceAccount: source.value.accountId }),
    ...(from !== undefined && { sourceGrant: from.grantId }),
    ...(onto !== undefined && { targetGrant: onto.grantId }),
  }
  await startJob(context, call, { compartment, kind, input, total: chunksOf(source.value) })
}

const chunksOf = ({ sizeGiB }: Pick<Snapshot, 'sizeGiB'>): number => (sizeGiB * 2 ** 30) / chunkBytes

interface Copy {
  readonly job: HeldJob
  readonly source: HeldSnapshot
  readonly target: HeldSnapshot | HeldVolume
}

const inputOf = ({ value: { input } }: HeldJob, name: string): string => input[name] ?? ''

async function targetOf(context: Context, call: Call, job: HeldJob): Promise<HeldSnapshot | HeldVolume | undefined> {
  const family = inputOf(job, 'target') === 'snapshot' ? context.snapshots : context.volumes
  return family.get(call, job.compartment, [inputOf(job, 'id')])
}

const sourceOf = async (context: Context, call: Call, job: HeldJob): Promise<HeldSnapshot | undefined> =>
  snapshotById(context, call, {
    accountId: job.value.input['sourceAccount'] ?? inputOf(job, 'accountId'),
    region: inputOf(job, 'sourceRegion'),
    id: inputOf(job, 'sourceId'),
  })

async function step(context: Context, call: Call, job: HeldJob): Promise<void> {
  const target = await targetOf(context, call, job)
  const source = await sourceOf(context, call, job)
  if (target === undefined) {
    await leave(context, call, { job, source, holder: undefined })
    endJob(context, call, { job, state: 'canceled' })
    return
  }
  call.resource = arnOf(target.value)
  if (source === undefined) throw new Problem({ code: 'VolumeInvalid', details: { what: 'snapshot', message: 'The source is gone.' } })
  const { accountId, region, id } = source.value
  context.access.permit(call, 'disk.export', { on: snapshotScope({ accountId, region, id }) })
  const next = await copyRun(context, call, { job, source, target })
  const done = next ?? chunksOf(source.value)
  const came = advanceJob(context, call, { job, done, cursor: done.toString() })
  if (next !== undefined) {
    if ('volumeId' in target.value)
      context.snapshots.update(call, { ...target, value: target.value }, { ...target.value, progress: percent(done, source.value) })
    return
  }
  await retireGrants(context, call, { job, source, holder: holderOf(target.value) })
  complete(context, call, target)
  endJob(context, call, { job: came, state: 'succeeded' })
}

const percent = (done: number, of: Snapshot): number => Math.floor((100 * done) / chunksOf(of))

const arnOf = (value: Snapshot | Volume): string => ('volumeId' in value ? snapshotArn(value) : volumeArn(value))
const holderOf = (value: Snapshot | Volume): KeyHolder => ('volumeId' in value ? keyOfSnapshot(value) : value)

async function copyRun(context: Context, call: Call, { job, source, target }: Copy): Promise<number | undefined> {
  const role = inputOf(job, 'id')
  const sourceDek = await dekOf(context, call, { at: source, holder: keyOfSnapshot(source.value, inputOf(job, 'accountId')), role })
  const targetDek = await dekOf(context, call, { at: target, holder: holderOf(target.value), role })
  try {
    return await context.diskBytes.recrypt({
      source: { ...lyingDisk(source.value), deks: [sourceDek] },
      target: { ...lyingDisk(target.value), deks: [targetDek] },
      from: Number(job.value.cursor ?? 0),
    })
  } finally {
    sourceDek.fill(0)
    targetDek.fill(0)
  }
}

async function dekOf(
  context: Context,
  call: Call,
  { at, holder, role }: { readonly at: HeldSnapshot | HeldVolume; readonly holder: KeyHolder; readonly role: string },
): Promise<Bytes> {
  if (holder.key !== undefined) return decryptForInstance(context, call, { volume: holder, instanceId: role, key: holder.key })
  return (await platformDek(context, { id: at.id, dekId: at.value.dekId })).bytes
}

function complete(context: Context, call: Call, target: HeldSnapshot | HeldVolume): void {
  const { value } = target
  if ('volumeId' in value) {
    const { progress: _whole, ...rest } = value
    context.snapshots.update(call, { ...target, value }, { ...rest, state: 'completed', completedAt: call.at })
    return
  }
  const { state: _there, ...rest } = value
  context.volumes.update(call, { ...target, value }, rest)
}

interface Left {
  readonly job: HeldJob
  readonly source: HeldSnapshot | undefined
  readonly holder: KeyHolder | undefined
}

/** Nothing of it is needed any more: neither what was written nor the rights to go on. */
async function leave(context: Context, call: Call, left: Left): Promise<void> {
  await retireGrants(context, call, left)
  call.effects.push({ topic: diskRemovedTopic, body: sealed(new TextEncoder().encode(inputOf(left.job, 'diskId'))) })
}

async function retireGrants(context: Context, call: Call, { job, source, holder }: Left): Promise<void> {
  const instanceId = inputOf(job, 'id')
  const given = [
    { holder: source && keyOfSnapshot(source.value, inputOf(job, 'accountId')), grantId: inputOf(job, 'sourceGrant') },
    { holder, grantId: inputOf(job, 'targetGrant') },
  ]
  for (const { holder: volume, grantId } of given) {
    if (volume?.key === undefined || grantId === '') continue
    await retireFromInstance(context, call, { volume, instanceId, grant: { keyArn: volume.key.arn, grantId } })
  }
}

/** Resumable: how far it came is in the job, and a run that is done again writes the same. What fails leaves no bytes. */
export const copyBytesRunner: JobRunner = {
  kind,
  operation: 'VolumeBytesCopy',
  step,
  async failed(context, call, { job, error }) {
    const target = await targetOf(context, call, job)
    const source = await sourceOf(context, call, job)
    await leave(context, call, { job, source, holder: target && holderOf(target.value) })
    if (target === undefined) return
    const { value } = target
    if ('volumeId' in value) context.snapshots.update(call, { ...target, value }, { ...value, state: 'error', message: error.message })
    else context.volumes.update(call, { ...target, value }, { ...value, state: 'error' })
  },
}
