import { compartmentOf, recordIdOf, type CompartmentId, type RecordId } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { StoredRow } from '#ports/record-store.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import { allFamilies, type Needs } from '#domain/context.ts'
import { advanceJob, endJob, startJob, type HeldJob } from '#domain/jobs/start-job.ts'
import type { JobRunner } from '#domain/jobs/task.ts'
import { bucketSecretPlace } from '#domain/objects/create-bucket.ts'
import { kinds } from '#domain/records/kinds.ts'
import { rootScope } from '#domain/resources/scopes.ts'

const kind = 'rotateCompartment'
/** A commit has 1,024 writes at most, its job's and the terms' among them. */
const recordsAtOnce = 50
const materialsAtOnce = 500

type RotationNeeds = Needs<'jobs' | 'ground' | 'instance' | 'objects' | 'store'>

/**
 * A new key for a compartment: what is written from now on is sealed under it, what is there is sealed anew by a job, and the old key is then
 * destroyed (security-and-reliability.md 2.4). Names are found as before. Raises `Conflict` while one is under way, `NotSupported` for the
 * installation's own compartment, whose audit is never sealed twice.
 */
export async function rotateCompartment(
  context: RotationNeeds,
  call: Call,
  { permit, compartment }: { readonly permit: Permit<'instance.operate'>; readonly compartment: CompartmentId },
): Promise<HeldJob> {
  assertPermits(permit, rootScope)
  const { ground, instance, jobs } = context
  if (compartment === instance.installation)
    throw new Problem({ code: 'NotSupported', details: { message: 'The installation keeps its key: its audit log is under it for good.' } })
  const running = jobs.all(call, compartment, ({ value }) => value.kind === kind && value.state === 'running')
  if (running.length > 0) throw new Problem({ code: 'Conflict', details: { message: 'Its key is being rotated already.' } })
  const row = await call.once(`term of ${compartment}`, async () => Promise.resolve(ground.barrier.nextTerm(compartment)))
  call.materials.push({ newTerm: row })
  call.details.set('compartment', compartment).set('term', row.term.toString())
  return startJob(context, call, { compartment, kind, input: { term: row.term.toString() } })
}

/** The families in a fixed order: a cursor means the same after a restart. */
const inOrder = allFamilies.toSorted((one, other) => kinds[one.name] - kinds[other.name])

interface Cursor {
  /** Place in the order. */
  readonly at: number
  readonly after: RecordId
}

const begins = (compartment: CompartmentId): RecordId => recordIdOf(compartment + '0'.repeat(64))

function cursorOf({ compartment, value }: HeldJob): Cursor {
  const [at = '0', after] = value.cursor?.split(' ') ?? []
  return { at: Number(at), after: after === undefined ? begins(compartment) : recordIdOf(after) }
}

/** Seals records and material anew, some at a time; last, the old terms go. */
export const rotateCompartmentRunner: JobRunner = {
  kind,
  operation: 'CompartmentReseal',
  async step(context, call, job) {
    const { compartment } = job
    const cursor = cursorOf(job)
    const family = inOrder[cursor.at]
    if (family === undefined) return finish(context, call, job)
    const page = await context.store.scan(kinds[family.name], { after: cursor.after, limit: recordsAtOnce })
    const rows = page.filter(row => compartmentOf(row.id) === compartment)
    const { upTo, sealed } = await resealed(context, call, { job, rows })
    const last = rows.at(-1)
    const whole = upTo === last?.id || last === undefined
    const ended = whole && rows.length < recordsAtOnce
    const next = ended ? `${cursor.at + 1}` : `${cursor.at} ${upTo ?? cursor.after}`
    advanceJob(context, call, { job, done: job.value.done + sealed, cursor: next })
  },
}

/** Stages what is still under an older term; `upTo`: the last record of which nothing is. */
async function resealed(
  context: Needs<'ground' | 'store'>,
  call: Call,
  { job, rows }: { readonly job: HeldJob; readonly rows: readonly StoredRow[] },
): Promise<{ readonly upTo: RecordId | undefined; readonly sealed: number }> {
  const term = Number(job.value.input['term'])
  let upTo: RecordId | undefined
  let materials = 0
  let sealed = 0
  for (const row of rows) {
    const old = (await context.store.materialOf(row.id)).filter(({ material }) => material.term < term)
    const taken = old.slice(0, materialsAtOnce - materials)
    materials += taken.length
    for (const { version, material } of taken) resealMaterial(context, call, { place: { id: row.id, version }, material })
    if (taken.length < old.length) break
    // The job's own record is sealed anew by each of its steps.
    if (row.term < term && row.id !== job.id) {
      resealRecord(context, call, row)
      sealed += 1
    }
    upTo = row.id
  }
  return { upTo, sealed }
}

function resealMaterial(
  { ground }: Needs<'ground'>,
  call: Call,
  { place, material }: { readonly place: { readonly id: RecordId; readonly version: string }; readonly material: StoredMaterial },
): void {
  using opened = ground.barrier.openMaterial(place, material)
  // A key or a value that is removed meanwhile stays removed: its record is noted.
  call.reads.add(place.id)
  call.materials.push({ place, material: ground.barrier.sealMaterial(place, opened.bytes) })
}
type StoredMaterial = Parameters<Needs<'ground'>['ground']['barrier']['openMaterial']>[1]

function resealRecord({ ground }: Needs<'ground'>, call: Call, row: StoredRow): void {
  const family = inOrder.find(({ name }) => kinds[name] === row.kind)
  if (family === undefined) throw new Error(`a record of the unknown kind ${row.kind}`)
  const held = ground.view.open(family, row)
  call.staged.set(row.id, { family, expected: row.version, held: { ...held, version: row.version + 1 } })
}

/** The old terms go in the commit in which the last of what is under them, material of no record, is sealed anew. */
async function finish(context: RotationNeeds, call: Call, job: HeldJob): Promise<void> {
  const term = Number(job.value.input['term'])
  const { id } = bucketSecretPlace(context, job.compartment)
  for (const { version, material } of await context.store.materialOf(id))
    if (material.term < term) resealMaterial(context, call, { place: { id, version }, material })
  for (const old of context.ground.barrier.termsOf(job.compartment))
    if (old < term) call.materials.push({ removeTerm: { compartment: job.compartment, term: old } })
  call.details.set('compartment', job.compartment).set('term', term.toString())
  endJob(context, call, { job, state: 'succeeded' })
}

/** How far each has come; those that have ended are known for a day. */
export const rotationsOf = ({ jobs }: Needs<'jobs'>) =>
  jobs
    .peek()
    .filter(({ value }) => value.kind === kind)
    .map(({ value }) => ({ job: value.id, state: value.state, term: Number(value.input['term']), sealed: value.done }))
