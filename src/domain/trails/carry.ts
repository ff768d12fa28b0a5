import { isDeepStrictEqual } from 'node:util'
import type { Listener } from '#domain/audit/follow.ts'
import { followAudit } from '#domain/audit/follow.ts'
import type { AuditRow } from '#domain/audit/parse-row.ts'
import type { AuditCursor } from '#domain/audit/query.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { performAsSystem } from '#domain/jobs/perform-as-system.ts'
import type { HeldTrail } from './keep-trail.ts'
import type { Trail } from './records.ts'
import { digestKey, type DigestKey } from './signing-key.ts'

/** A record that a trail takes, as its files have it. */
export interface TakenRecord {
  readonly region: string
  /** ISO 8601, whole seconds. */
  readonly at: string
  readonly id: string
  readonly text: string
}

export interface BucketFile {
  readonly bucket: string
  readonly object: string
  readonly bytes: Uint8Array
  readonly contentType: string
  readonly metadata: Readonly<Record<string, string>>
  readonly keyArn: string | undefined
}

export interface Digest {
  readonly file: BucketFile
  /** Of what is in it, before it was compressed; hexadecimal. */
  readonly hash: string
  readonly signature: string
}

/** How files of trails look, and where they lie. */
export interface TrailForm {
  /** `undefined`: the trail does not take it. */
  pick(trail: Trail, row: AuditRow): TakenRecord | undefined
  logFile(
    trail: Trail,
    what: { readonly region: string; readonly now: number; readonly records: readonly TakenRecord[] },
  ): { readonly file: BucketFile; readonly hash: string }
  digestFile(
    trail: Trail,
    what: { readonly region: string; readonly until: number; readonly chain: Trail['chains'][string]; readonly key: DigestKey },
  ): Digest
}

/** Buckets of the instance, as a trail writes into them: staged in the call, so that a file is there exactly when its place is kept. */
export interface TrailBuckets {
  /** Raises a Problem where the bucket is gone, or does not let it. */
  put(call: Call, file: BucketFile, of: Trail): Promise<void>
}

export type CarryNeeds = Needs<'trails' | 'trailKeys' | 'audit' | 'ground' | 'instance' | 'log' | 'store'>

export interface CarryParts {
  readonly form: TrailForm
  readonly buckets: TrailBuckets
}

const lookEveryMs = 1_000
/** The service takes five minutes; files stay few all the same. */
const carryAfterMs = 10_000
const digestEveryMs = 3_600_000
const recordsMax = 5_000

/** Carries what trails take into their buckets, from the place of each in the log. */
export function startCarrying(context: CarryNeeds, parts: CarryParts): { readonly stop: () => Promise<void> } {
  const { clock } = context.ground
  const lanes = new Map<string, Lane>()
  const current = (): readonly Lane[] => {
    const wanted = context.trails.peek().filter(({ value }) => value.logging || value.draining !== undefined)
    for (const id of lanes.keys()) if (!wanted.some(held => held.id === id)) lanes.delete(id)
    for (const held of wanted) {
      // Begun again, it stands elsewhere in the log.
      if (lanes.get(held.id)?.held.value.startedAt !== held.value.startedAt) lanes.set(held.id, openLane(held, parts.form))
      const lane = lanes.get(held.id)
      if (lane !== undefined) lane.held = held
    }
    return [...lanes.values()]
  }
  const following = followAudit(context, current)
  let running: Promise<void> = Promise.resolve()
  let cancel = (): void => undefined
  const next = (): void => {
    cancel = clock.after(lookEveryMs, () => {
      running = carryAll(context, parts, current()).finally(next)
    })
  }
  next()
  return {
    async stop() {
      await following.stop()
      cancel()
      await running
      cancel()
    },
  }
}

/** What a trail has taken and not carried yet. */
interface Lane extends Listener {
  held: HeldTrail
  readonly waiting: TakenRecord[]
}

function openLane(from: HeldTrail, form: TrailForm): Lane {
  const waiting: TakenRecord[] = []
  let position: AuditCursor = { ...from.value.position }
  const lane: Lane = {
    held: from,
    waiting,
    position: () => position,
    ready: () => waiting.length < recordsMax,
    async take(rows, end) {
      for (const row of rows) {
        const { draining } = lane.held.value
        const record = draining === undefined || row.seq <= (draining[row.node] ?? 0) ? form.pick(lane.held.value, row) : undefined
        if (record !== undefined) waiting.push(record)
      }
      position = end
      return Promise.resolve()
    },
  }
  return lane
}

async function carryAll(context: CarryNeeds, parts: CarryParts, lanes: readonly Lane[]): Promise<void> {
  const now = context.ground.clock.now()
  for (const lane of lanes) {
    const { value } = lane.held
    const drained = value.draining !== undefined && covers(lane.position(), value.draining)
    if (drained || isDue(lane, now) || digestsDue(value, { now, all: false }).length > 0) await carry(context, parts, { lane, drained })
  }
}

function isDue({ waiting }: Lane, now: number): boolean {
  const [oldest] = waiting
  return waiting.length >= recordsMax || (oldest !== undefined && now - timeOf(oldest) >= carryAfterMs)
}

const timeOf = ({ at }: { readonly at: string }): number => Temporal.Instant.from(at).epochMilliseconds
const covers = (position: AuditCursor, end: AuditCursor): boolean =>
  Object.entries(end).every(([node, seq]) => (position[Number(node)] ?? 0) >= seq)

/** Regions whose digest is due; `all`: the trail was stopped, and what it carried is to be in one. */
const digestsDue = ({ digests, chains }: Trail, { now, all }: { readonly now: number; readonly all: boolean }): readonly string[] =>
  digests ? Object.keys(chains).filter(region => all || now - (chains[region]?.from ?? now) >= digestEveryMs) : []

/** Files, each in a commit with its place in the chain; then how far it came; then the digests that are due. What fails is tried again. */
async function carry(
  context: CarryNeeds,
  parts: CarryParts,
  { lane, drained }: { readonly lane: Lane; readonly drained: boolean },
): Promise<void> {
  const { held, waiting } = lane
  const position = { ...lane.position() }
  const records = [...waiting]
  const step = async (run: Step): Promise<void> => performStep(context, held, run)
  try {
    for (const [region, own] of Map.groupBy(records, one => one.region))
      await step(async (call, trail) => withFile(parts, call, { trail, region, records: own }))
    for (const region of digestsDue(trailNow(context, held), { now: context.ground.clock.now(), all: drained }))
      await step(async (call, trail) => withDigest(context, parts, { call, trail, region }))
    await step(async (_call, trail) => Promise.resolve(settled(trail, { position, drained })))
    waiting.splice(0, records.length)
  } catch (cause) {
    await noteFailure(context, held, cause)
  }
}

type Step = (call: Call, trail: Trail) => Promise<Trail>

/** Raises what the step raises. */
async function performStep(context: CarryNeeds, held: HeldTrail, run: Step): Promise<void> {
  const ended = await performAsSystem(context, {
    operation: 'TrailCarry',
    resource: `trail ${held.value.name} of ${held.value.accountId}`,
    async run(call) {
      const now = await context.trails.get(call, held.compartment, held.path)
      // Stopped and begun again meanwhile: its place is another, and this is of the past.
      if (now === undefined || now.value.startedAt !== held.value.startedAt) return false
      const after = await run(call, now.value)
      if (isDeepStrictEqual(after, now.value)) return false
      context.trails.update(call, now, after)
      return true
    },
  })
  if ('failed' in ended) throw ended.failed
}

const trailNow = ({ trails }: Needs<'trails'>, held: HeldTrail): Trail => trails.peek().find(one => one.id === held.id)?.value ?? held.value

function settled(trail: Trail, { position, drained }: { readonly position: Record<number, number>; readonly drained: boolean }): Trail {
  const { draining, ...rest } = trail
  const { error: _error, ...delivery } = trail.delivery
  return { ...rest, position, delivery, ...(draining !== undefined && !drained && { draining }) }
}

async function withFile(
  { buckets, form }: CarryParts,
  call: Call,
  { trail, region, records }: { readonly trail: Trail; readonly region: string; readonly records: readonly TakenRecord[] },
): Promise<Trail> {
  const { file, hash } = form.logFile(trail, { region, now: call.at, records })
  await buckets.put(call, file, trail)
  const delivery = { ...trail.delivery, at: call.at }
  if (!trail.digests) return { ...trail, delivery, chains: {} }
  const times = records.map(({ at }) => at).toSorted()
  const chain = trail.chains[region] ?? { files: [], from: trail.startedAt ?? call.at }
  const others = chain.files.filter(({ object }) => object !== file.object)
  const one = { object: file.object, hash, oldest: times[0] ?? '', newest: times.at(-1) ?? '' }
  return { ...trail, delivery, chains: { ...trail.chains, [region]: { ...chain, files: [...others, one] } } }
}

async function withDigest(
  context: CarryNeeds,
  { buckets, form }: CarryParts,
  { call, trail, region }: { readonly call: Call; readonly trail: Trail; readonly region: string },
): Promise<Trail> {
  const chain = trail.chains[region]
  if (chain === undefined) return trail
  const key = await digestKey(context, call)
  const { file, hash, signature } = form.digestFile(trail, { region, until: call.at, chain, key })
  await buckets.put(call, file, trail)
  const next = { files: [], from: call.at, previous: { bucket: file.bucket, object: file.object, hash, signature } }
  return { ...trail, delivery: { ...trail.delivery, digestAt: call.at }, chains: { ...trail.chains, [region]: next } }
}

/** The owner sees it in the trail's status; once, for as long as it is the same. */
async function noteFailure(context: CarryNeeds, held: HeldTrail, failed: unknown): Promise<void> {
  const error = failed instanceof Error ? failed.message : 'failed'
  if (trailNow(context, held).delivery.error === error) return
  context.log.error('trail.not-carried', failed, { trail: held.value.name })
  await performAsSystem(context, {
    operation: 'TrailCarryFailed',
    resource: `trail ${held.value.name} of ${held.value.accountId}`,
    async run(call) {
      const now = await context.trails.get(call, held.compartment, held.path)
      if (now === undefined) return false
      context.trails.update(call, now, { ...now.value, delivery: { ...now.value.delivery, error } })
      return true
    },
  })
}
