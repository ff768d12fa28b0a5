// What began after a removal was acknowledged is never let through, on a node that has not heard of it (security-and-reliability.md 3.5).
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { softwareModule } from '#adapters/software-module/software-module.ts'
import { loadNative } from '#adapters/native/native.ts'
import { composeContext } from '#compose/context.ts'
import type { Context } from '#domain/context.ts'
import type { TestGround } from '#domain/testing.ts'
import type { Committed, RecordStore } from '#ports/record-store.ts'
import type { Pipeline } from '#protocols/http/pipeline.ts'
import type { Answered } from '#protocols/http/testing.ts'
import { below, faultCycles, faultSeed, seeded } from './seeded.ts'

const cycles = faultCycles(4)
const afterEach = 25

/** Somebody who may do something, and how that ends. */
export interface Granted {
  readonly use: (node: Pipeline) => Promise<Pick<Answered, 'status' | 'text'>>
  readonly revoke: () => Promise<unknown>
}

interface Denying<Rig> {
  readonly title: string
  readonly begin: () => Promise<Rig>
  readonly ground: (rig: Rig) => TestGround
  /** Of another node, over the same store. */
  readonly pipeline: (context: Context) => Pipeline
  /** What is taken, each from somebody of its own. */
  readonly removals: Readonly<Record<string, (rig: Rig) => Promise<Granted>>>
  /** How who may not is answered. */
  readonly denied: readonly number[]
}

async function contextOver({ context, store }: TestGround, committer?: (store: RecordStore) => RecordStore): Promise<Context> {
  const { barrier, clock, random } = context.ground
  return composeContext({
    store: committer?.(store) ?? store,
    barrier,
    clock,
    random,
    log: context.log,
    node: { id: 2, boot: 'other' },
    instance: context.instance,
    modules: [softwareModule({ barrier, random, native: loadNative(), threads: 1 })],
    objectStore: context.objectStore,
    byteMathematics: context.byteMathematics,
    keyedMathematics: context.keyedMathematics,
  })
}

/** The check left out: takes the news out of every answer, as for a node that trusts its own view. */
const withoutNews = (store: RecordStore): RecordStore =>
  new Proxy(store, {
    get(target, name) {
      if (name !== 'commit') return Reflect.get(target, name, target) as unknown
      const silent = (one: Committed): Committed => (one.done ? { done: true, seq: one.seq, news: [] } : one)
      const commit: RecordStore['commit'] = async batch => (await target.commit(batch)).map(silent)
      return commit
    },
  })

/** Operations that were let through though they began after the acknowledgement. Others are under way meanwhile, and may go either way. */
async function allowedAfter(
  { use, revoke }: Granted,
  { node, random, denied }: { readonly node: Pipeline; readonly random: () => number; readonly denied: readonly number[] },
): Promise<number> {
  const first = await use(node)
  assert.equal(first.status, 200, `control: it may before: ${first.text}`)
  const underway = Array.from({ length: below(random, 4) }, async () => use(node))
  await revoke()
  const after = await Promise.all(Array.from({ length: afterEach }, async () => use(node)))
  for (const { status, text } of [...(await Promise.all(underway)), ...after]) assert(status === 200 || denied.includes(status), text)
  return after.filter(({ status }) => status === 200).length
}

/** A few of each kind by default; `KEYSTEAD_FAULT_CYCLES=100` on the way to a release is 20,000 of eight kinds, and 67 are of twelve. */
export function denies<Rig>({ title, begin, ground, pipeline, removals, denied }: Denying<Rig>): void {
  const seed = faultSeed()
  describe(`${title} (SEED=${seed})`, () => {
    let rig: Rig
    let node: Pipeline
    let tried = 0
    before(async () => {
      rig = await begin()
      node = pipeline(await contextOver(ground(rig)))
    })

    for (const [what, make] of Object.entries(removals))
      test(`of ${what} nothing is let through: ${cycles * afterEach} operations on another node`, { timeout: 1_800_000 }, async () => {
        const random = seeded(seed)
        let allowed = 0
        for (let done = 0; done < cycles; done += 1) allowed += await allowedAfter(await make(rig), { node, random, denied })
        assert.equal(allowed, 0)
        tried += cycles * afterEach
      })

    test('of all of them nothing was', t => {
      assert.equal(tried, Object.keys(removals).length * cycles * afterEach)
      t.diagnostic(`${tried} operations began after an acknowledged removal; 0 were let through`)
    })

    test('control: a node that trusts its own view lets them through', async () => {
      const random = seeded(seed)
      for (const [what, make] of Object.entries(removals)) {
        // It has to hear of the grant in order to miss the removal: a node that has just begun.
        const grant = await make(rig)
        const trusting = pipeline(await contextOver(ground(rig), withoutNews))
        assert((await allowedAfter(grant, { node: trusting, random, denied })) > 0, what)
      }
    })
  })
}
