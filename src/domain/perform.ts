import { mutationId, type RecordId, type Seq } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Barrier } from '#ports/barrier.ts'
import type { Clock } from '#ports/clock.ts'
import type { Random } from '#ports/random.ts'
import { noMutation, type Change, type Committed, type Committer, type Commit, type Fence, type Write } from '#ports/record-store.ts'
import { keepsake, type Call, type Keepsake } from './call.ts'
import { entriesOf, outcomeText, type Node } from './entries.ts'
import type { Meter } from './meter.ts'
import { isNoise, type Noise } from './noise.ts'
import { changesRulings, ownChanges, sealStaged } from './records/seal-staged.ts'
import type { View } from './records/view.ts'
import type { Turns } from './turns.ts'

/** What every call stands on. */
export interface Ground {
  readonly view: View
  readonly barrier: Barrier
  readonly committer: Committer
  readonly clock: Clock
  readonly random: Random
  readonly turns: Turns
  readonly node: Node
  readonly noise: Noise
  /** Counts what is answered; tests need none. */
  readonly meter?: Meter
}

/** The least an answer has. */
export interface Outcome {
  readonly status: number
  /** The wire's own code of a refusal, for the entry. */
  readonly code?: string
  /** A scheduler looked and found nothing to do: no entry, if nothing was written either. */
  readonly nothingDone?: true
}

/** One request, job step or scheduler's step on its way. */
export interface Road<A extends Outcome> {
  /** Monotonic milliseconds until which it is tried. */
  readonly deadlineAt: number
  /** How much longer, for what it had to wait for. */
  waitedMs?(): number
  readonly fence?: Fence
  /** Its entry may use the reserve of a full disk. */
  readonly essential?: true | undefined
  /** Tells everybody the same and changes nothing: a flood of it is summed up as refusals are. */
  readonly open?: true | undefined
  begin(decidedAt: Seq, kept: Keepsake): Call
  /** All that rests on records: principal, permits, decode, verb, encode. */
  run(call: Call): Promise<A>
  /** A Problem in the wire's words, `Busy` as 503, a bug as 500. */
  refuse(call: Call, error: unknown): A
}

/** The lease is another node's: stop, nothing was written. */
export class LeaseLost extends Error {}

interface Try<A> {
  readonly call: Call
  readonly answer: A
  readonly writes: readonly Write[]
  readonly entries: readonly string[]
}

/**
 * Requests, jobs, schedulers and the admin socket all come this way. Nothing leaves, refusals included, before its entry is durable;
 * what stands on ground that has moved runs again (design 1, 4).
 */
export async function perform<A extends Outcome>(ground: Ground, road: Road<A>): Promise<A> {
  // Not `using`: engines have no fast form of it yet, and this is every request.
  const kept = keepsake()
  const started = ground.clock.monotonic()
  let audited = ''
  let giveTurn = (): void => undefined
  try {
    for (;;) {
      const inTime = isInTime(ground, road)
      const tried = await tryOnce(ground, road, { kept, inTime })
      const entry = entryFor(ground, tried, { audited, open: road.open === true })
      const result = await commit(ground, road, { tried, entry })
      const moved = movedBy(result)
      if (moved.length > 0) await ground.view.apply(moved, isDone(result) ? ownChanges(tried.call) : [])
      const answer = answerOf(ground, road, { tried, entry, result, inTime })
      if (answer !== undefined) return counted(ground, { call: tried.call, answer, started })
      if (isDone(result) && entry === 'full') audited = outcomeText(tried.call, tried.answer)
      if (isDone(result)) continue
      giveTurn()
      giveTurn = await ground.turns.take(writtenIds(tried.writes))
    }
  } finally {
    giveTurn()
    kept[Symbol.dispose]()
  }
}

const isInTime = <A extends Outcome>({ clock }: Ground, road: Road<A>): boolean =>
  clock.monotonic() < road.deadlineAt + (road.waitedMs?.() ?? 0)

const unmoved: readonly Change[] = []
const movedBy = (result: Settled | Problem): readonly Change[] =>
  result instanceof Problem ? unmoved : result.done ? result.news : result.stale
const isDone = (result: Settled | Problem): boolean => !(result instanceof Problem) && result.done

interface Committing<A extends Outcome> {
  readonly tried: Try<A>
  readonly entry: EntryKind
}

/** What leaves; `undefined` where the call runs again. */
function answerOf<A extends Outcome>(
  ground: Ground,
  road: Road<A>,
  what: Committing<A> & { readonly result: Settled | Problem; readonly inTime: boolean },
): A | undefined {
  const { tried, entry, result, inTime } = what
  if (result instanceof Problem) return road.refuse(tried.call, result)
  return result.done && (!inTime || stands(tried, result.news)) ? leaving(ground, tried, entry) : undefined
}

function counted<A extends Outcome>(
  { meter, clock }: Ground,
  { call, answer, started }: { readonly call: Call; readonly answer: A; readonly started: number },
): A {
  const { operation, source, ruling } = call
  const asked = ruling.allowed || ruling.because !== 'not-asked'
  const durationMs = clock.monotonic() - started
  meter?.answered({ plane: source.plane, operation, status: answer.status, durationMs, ...(asked && { allowed: ruling.allowed }) })
  return answer
}

/** `none`: the same outcome is in the log already, or a scheduler found nothing to do. `summed`: noise, one row a minute. */
type EntryKind = 'full' | 'summed' | 'none'

interface Entering {
  readonly audited: string
  readonly open: boolean
}

function entryFor<A extends Outcome>(ground: Ground, { answer, call, writes }: Try<A>, { audited, open }: Entering): EntryKind {
  if (writes.length > 0) return 'full'
  if ((answer.nothingDone === true && call.children.length === 0) || (audited !== '' && audited === outcomeText(call, answer)))
    return 'none'
  const { status } = answer
  const noise = call.effects.length === 0 && isNoise(call, { status, open })
  return noise && !ground.noise.enters(call, status) ? 'summed' : 'full'
}

/** Nothing it stands on has moved; or what moved it did itself. */
const stands = <A extends Outcome>({ call, writes }: Try<A>, news: readonly Change[]): boolean =>
  writes.length > 0 || !news.some(change => change.ruling || call.reads.has(change.id))

function leaving<A extends Outcome>(ground: Ground, { answer, call }: Try<A>, entry: EntryKind): A {
  if (entry === 'summed') ground.noise.count(call, answer.status)
  if (answer.status < 400) for (const remember of call.afterwards) remember()
  return answer
}

async function tryOnce<A extends Outcome>(ground: Ground, road: Road<A>, how: { kept: Keepsake; inTime: boolean }): Promise<Try<A>> {
  const call = road.begin(ground.view.appliedSeq, how.kept)
  const started = ground.clock.monotonic()
  const finish = (answer: A, writes: readonly Write[]): Try<A> => {
    const entries = entriesOf(call, { answer, writes, node: ground.node, durationMs: ground.clock.monotonic() - started })
    return { call, answer, writes, entries }
  }
  if (!how.inTime) return finish(road.refuse(call, busy()), [])
  try {
    const answer = await road.run(call)
    return finish(answer, sealStaged(ground.barrier, call))
  } catch (error) {
    // A refusal reads and reports, but leaves nothing.
    call.staged.clear()
    call.materials.length = 0
    call.effects.length = 0
    return finish(road.refuse(call, error), [])
  }
}

type Settled = Exclude<Committed, { readonly fenced: true } | { readonly reserved: true }>

/** A Problem where the store does not take it: the one answer without an entry. */
async function commit<A extends Outcome>(ground: Ground, road: Road<A>, what: Committing<A>): Promise<Settled | Problem> {
  try {
    const made = commitOf(ground, road, what)
    const started = ground.clock.monotonic()
    const [result] = await ground.committer.commit([made])
    if (result === undefined) return busy()
    const conflict = !('done' in result && result.done)
    ground.meter?.committed({ rows: made.entries.length, conflict, durationMs: ground.clock.monotonic() - started })
    if ('fenced' in result) throw new LeaseLost()
    return 'reserved' in result ? new Problem({ code: 'StorageReserved' }) : result
  } catch (error) {
    // A full queue or a failed commit.
    if (error instanceof Problem) return busy()
    throw error
  }
}

function commitOf<A extends Outcome>(ground: Ground, road: Road<A>, { tried, entry }: Committing<A>): Commit {
  const { call, writes, entries } = tried
  const changes = writes.length > 0 || call.effects.length > 0
  return {
    id: changes ? mutationId(ground.random.bytes(16).toHex()) : noMutation,
    decidedAt: call.decidedAt,
    // Of what writes nothing the reads are looked at here (`stands`), with the news that come back.
    reads: changes ? [...call.reads] : [],
    writes,
    entries: entry === 'full' ? entries : [],
    outbox: call.effects,
    ruling: writes.length > 0 && changesRulings(call),
    ...conditionsOf(road),
  }
}

const conditionsOf = ({ fence, essential }: Pick<Road<Outcome>, 'fence' | 'essential'>): Pick<Commit, 'fence' | 'essential'> => ({
  ...(fence !== undefined && { fence }),
  ...(essential === true && { essential }),
})

const busy = (): Problem => new Problem({ code: 'Busy', details: { retryAfterSeconds: 1 } })

function writtenIds(writes: readonly Write[]): readonly RecordId[] {
  return writes.flatMap(write => ('put' in write ? [write.put.id] : 'remove' in write ? [write.remove] : []))
}
