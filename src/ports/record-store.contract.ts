// What every store keeps alike. Each adapter's test runs it: `recordStoreContract('memory', open)`.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import {
  type CompartmentId,
  compartmentId,
  type MutationId,
  mutationId,
  millis,
  recordId,
  type RecordId,
  type Seq,
  seq,
  sealed,
} from '#model/brands.ts'
import type { AuditLog } from './audit-log.ts'
import type { BootStore, Change, Commit, Committed, CompartmentKeyRow, RecordStore, Row } from './record-store.ts'

/** What the suite steers of a store's surroundings. */
export interface StoreWorld {
  now: number
  reserved: boolean
}

export type ContractStore = RecordStore & AuditLog & BootStore
export type OpenContractStore = (world: StoreWorld) => Promise<ContractStore>

const vault = compartmentId('a1'.repeat(16))
const other = compartmentId('b2'.repeat(16))
const named = (name: string, compartment: CompartmentId = vault): RecordId =>
  recordId(compartment, Buffer.from(name).toString('hex').padEnd(64, '7'))
const keys = named('keys')
const bytes = (text: string) => sealed(new TextEncoder().encode(text))

export function row(name: string, changes: Partial<Row> = {}): Row {
  return { id: named(name), kind: 30, version: 1, term: 1, body: bytes(`body of ${name}`), parent: keys, tags: [], ...changes }
}

export const nextMutation = (): MutationId => mutationId(randomUUID().replaceAll('-', ''))

export const aCommit = (changes: Partial<Commit> = {}): Commit => ({
  id: nextMutation(),
  decidedAt: seq(0),
  reads: [],
  writes: [],
  entries: [],
  outbox: [],
  ruling: false,
  ...changes,
})

const made = (...rows: readonly Row[]): Commit['writes'] => rows.map(put => ({ put, expected: 'absent' as const }))
const keyRow = (compartment: CompartmentId, term = 1): CompartmentKeyRow => ({
  compartment,
  term,
  state: 'primary',
  rootEpoch: 1,
  wrapped: bytes('wrapped'),
  indexKey: bytes('index'),
})

async function one(store: RecordStore, commit: Partial<Commit>): Promise<Committed> {
  const [result] = await store.commit([aCommit({ decidedAt: await store.head(), ...commit })])
  assert(result)
  return result
}

async function done(store: RecordStore, commit: Partial<Commit>): Promise<{ readonly seq: Seq; readonly news: readonly Change[] }> {
  const result = await one(store, commit)
  assert(result.done, JSON.stringify(result))
  return result
}

const idsOf = (changes: readonly Change[]): readonly RecordId[] => changes.map(change => change.id)
const body = (text: Uint8Array | undefined) => text && new TextDecoder().decode(text)

export function recordStoreContract(name: string, open: OpenContractStore): void {
  const withStore = async (run: (store: ContractStore, world: StoreWorld) => Promise<void>): Promise<void> => {
    const world: StoreWorld = { now: 1_000_000, reserved: false }
    const store = await open(world)
    try {
      await run(store, world)
    } finally {
      await store.close()
    }
  }
  const law = (title: string, run: (store: ContractStore, world: StoreWorld) => Promise<void>): void =>
    void test(title, () => withStore(run))

  describe(`${name}: one commit`, () => {
    law('a record is read as it was written, an absent one as undefined', async store => {
      const put = row('k', { dueAt: millis(77), tags: [named('tag'), named('foreign', other)], term: 3 })
      await done(store, { writes: made(put) })
      const [found, missing] = await store.read([put.id, named('nobody')])
      assert(found)
      const { ord, ...rest } = found
      assert.deepEqual({ ...rest, body: body(rest.body) }, { ...put, body: body(put.body) })
      assert.equal(ord, 1024)
      assert.equal(missing, undefined)
    })

    law('the head moves by one a mutation, and not at all for a read', async store => {
      assert.equal(await store.head(), 0)
      assert.equal((await done(store, { writes: made(row('a'), row('b')) })).seq, 1)
      assert.equal((await done(store, { reads: [named('a')], entries: ['{}'] })).seq, 1)
      assert.equal((await done(store, { writes: made(row('c')) })).seq, 2)
      assert.equal(await store.head(), 2)
    })

    law('a version that is not the expected one writes nothing', async store => {
      await done(store, { writes: made(row('a')) })
      const refused = await one(store, { writes: [...made(row('b')), { put: row('a', { version: 6 }), expected: 5 }], entries: ['{}'] })
      assert.equal(refused.done, false)
      assert('stale' in refused)
      assert.deepEqual(await store.read([named('b')]), [undefined])
      assert.equal(await store.lastBatch(1), undefined)
      assert.equal(await store.head(), 1)
    })

    law('absent is expected of a new record alone', async store => {
      await done(store, { writes: made(row('a')) })
      assert('stale' in (await one(store, { writes: made(row('a')) })))
      assert('stale' in (await one(store, { writes: [{ remove: named('b'), expected: 1 }] })))
      await done(store, { writes: [{ remove: named('a'), expected: 1 }] })
      await done(store, { writes: made(row('a')) })
    })

    law('writes of one commit see each other', async store => {
      await done(store, {
        writes: [...made(row('a')), { put: row('a', { version: 2 }), expected: 1 }, { remove: named('a'), expected: 2 }, ...made(row('a'))],
      })
      assert.equal((await store.read([named('a')]))[0]?.version, 1)
      assert.equal((await store.list(keys, { after: 0, limit: 9 })).length, 1)
    })

    law('a mutation is found by its id, a refused one is not', async store => {
      const [good, bad] = [nextMutation(), nextMutation()]
      await done(store, { id: good, writes: made(row('a')) })
      await one(store, { id: bad, writes: made(row('a')) })
      assert.equal(await store.committed(good), true)
      assert.equal(await store.committed(bad), false)
      const quiet = nextMutation()
      await done(store, {
        id: quiet,
        writes: [{ material: { id: named('a'), version: '0'.repeat(32) }, wrapped: { term: 1, bytes: bytes('m') } }],
      })
      assert.equal(await store.committed(quiet), true)
    })
  })

  describe(`${name}: ground that moves`, () => {
    law('writes on a record that moved since are refused, and the news says what moved', async store => {
      await done(store, { writes: made(row('a')) })
      const decidedAt = await store.head()
      await done(store, { writes: [{ put: row('a', { version: 2 }), expected: 1 }] })
      const refused = await one(store, { decidedAt, reads: [named('a')], writes: made(row('b')) })
      assert('stale' in refused)
      assert.deepEqual(refused.stale, [{ seq: 2, id: named('a'), kind: 30, version: 2, ruling: false }])
      await done(store, { decidedAt, reads: [named('c')], writes: made(row('b')) })
    })

    law('a read is done whatever moved, and its news ends with the newest change', async store => {
      const decidedAt = await store.head()
      await done(store, { writes: made(row('a')) })
      await done(store, { writes: [{ put: row('a', { version: 2 }), expected: 1 }] })
      const { news } = await done(store, { decidedAt, reads: [named('a')], entries: ['{"n":1}'] })
      assert.deepEqual(
        news.map(change => [change.seq, change.id, change.version]),
        [
          [1, named('a'), 1],
          [1, keys, 0],
          [2, named('a'), 2],
        ],
      )
      assert.equal((await store.lastBatch(1))?.count, 1)
    })

    law('an absent name, a collection and a tag are ground too', async store => {
      const tag = named('tag')
      for (const read of [named('a'), keys, tag]) {
        const decidedAt = await store.head()
        await done(store, { writes: made(row('a', { tags: [tag] })) })
        assert('stale' in (await one(store, { decidedAt, reads: [read], writes: made(row('z')) })))
        const removedFrom = await store.head()
        await done(store, { writes: [{ remove: named('a'), expected: 1 }] })
        assert('stale' in (await one(store, { decidedAt: removedFrom, reads: [read], writes: made(row('z')) })))
      }
    })

    law('a change of a record that stays where it is leaves its collection and tags alone', async store => {
      const [stays, goes, comes] = [named('stays'), named('goes'), named('comes')]
      await done(store, { writes: made(row('a', { tags: [stays, goes] })) })
      const { news } = await done(store, { writes: [{ put: row('a', { version: 2, tags: [stays, comes] }), expected: 1 }] })
      assert.deepEqual([...idsOf(news)].sort(), [comes, goes, named('a')].sort())
    })

    law('a ruling moves everybody who writes, whatever they read', async store => {
      const decidedAt = await store.head()
      await done(store, { writes: made(row('assignment')), ruling: true })
      const refused = await one(store, { decidedAt, reads: [named('else')], writes: made(row('b')) })
      assert('stale' in refused && refused.stale.every(change => change.ruling))
    })

    law('within a batch the later see what the earlier wrote, and a refused one leaves its neighbours', async store => {
      const [first, second, third, fourth] = await store.commit([
        aCommit({ writes: made(row('a')), entries: ['1'] }),
        aCommit({ reads: [named('a')], writes: made(row('b')), entries: ['2'] }),
        aCommit({ writes: made(row('a')), entries: ['3'] }),
        aCommit({ reads: [named('a')], entries: ['4', '5'] }),
      ])
      assert(first?.done === true)
      assert(second && 'stale' in second && third && 'stale' in third)
      assert(fourth?.done === true)
      assert.deepEqual(idsOf(fourth.news), [named('a'), keys])
      assert.equal((await store.lastBatch(1))?.count, 3)
      assert.deepEqual(await store.read([named('b')]), [undefined])
    })

    law('the feed tells the changes after any position', async store => {
      for (const letter of ['a', 'b', 'c']) await done(store, { writes: made(row(letter)) })
      assert.deepEqual(idsOf(await store.changes(seq(1))), [named('b'), keys, named('c'), keys])
      assert.deepEqual(await store.changes(seq(3)), [])
    })
  })

  describe(`${name}: lists`, () => {
    law('go in the order of making and miss nothing while others insert', async store => {
      await done(store, { writes: made(row('c'), row('a')) })
      const page = await store.list(keys, { after: 0, limit: 1 })
      await done(store, { writes: [...made(row('b')), { remove: named('c'), expected: 1 }] })
      const rest = await store.list(keys, { after: page[0]?.ord ?? 0, limit: 10 })
      assert.deepEqual(
        [...page, ...rest].map(found => found.id),
        [named('c'), named('a'), named('b')],
      )
    })

    law('keep a record in its place when it changes', async store => {
      await done(store, { writes: made(row('a'), row('b')) })
      await done(store, { writes: [{ put: row('a', { version: 2 }), expected: 1 }] })
      assert.deepEqual(
        (await store.list(keys, { after: 0, limit: 10 })).map(found => [found.id, found.version]),
        [
          [named('a'), 2],
          [named('b'), 1],
        ],
      )
    })

    law('are of one kind where one is asked for, and of tags like of collections', async store => {
      const tag = named('tag', other)
      await done(store, { writes: made(row('a', { tags: [tag] }), row('b', { kind: 31 }), row('c', { kind: 31, tags: [tag] })) })
      assert.deepEqual(
        (await store.list(keys, { after: 0, limit: 10, kind: 31 })).map(found => found.id),
        [named('b'), named('c')],
      )
      assert.deepEqual(
        (await store.list(tag, { after: 0, limit: 10 })).map(found => found.id),
        [named('a'), named('c')],
      )
    })

    law('scans go over every compartment by id, due rows come earliest first', async store => {
      const far = row('x', { id: named('x', other), dueAt: millis(5) })
      await done(store, { writes: made(far, row('a', { dueAt: millis(9) }), row('b'), row('c', { kind: 31, dueAt: millis(7) })) })
      const first = await store.scan(30, { after: undefined, limit: 2 })
      const next = await store.scan(30, { after: first.at(-1)?.id, limit: 9 })
      assert.deepEqual(
        [...first, ...next].map(found => found.id),
        [named('a'), named('b'), far.id],
      )
      assert.deepEqual(
        (await store.due(millis(8), 9)).map(found => found.id),
        [far.id, named('c')],
      )
      assert.equal((await store.due(millis(99), 1)).length, 1)
    })
  })

  describe(`${name}: material and compartments`, () => {
    const place = { id: named('k'), version: 'c'.repeat(32) }
    const next = { id: named('k'), version: 'd'.repeat(32) }
    const material = (text: string) => ({ term: 2, bytes: bytes(text) })

    law('material lies apart from its record and is replaced in its place', async store => {
      await done(store, { writes: [{ material: place, wrapped: material('old') }] })
      await done(store, {
        writes: [
          { material: place, wrapped: material('new') },
          { material: next, wrapped: material('second') },
        ],
      })
      assert.equal(body((await store.material(place))?.bytes), 'new')
      assert.deepEqual(
        (await store.materialOf(place.id)).map(found => found.version),
        [place.version, next.version],
      )
      assert.deepEqual(await store.read([place.id]), [undefined])
      await done(store, { writes: [{ removePlaces: [place, { ...next, version: 'ff'.repeat(16) }] }] })
      assert.deepEqual(
        (await store.materialOf(place.id)).map(found => found.version),
        [next.version],
      )
      await done(store, { writes: [{ material: place, wrapped: material('third') }] })
      await done(store, { writes: [{ removeMaterial: place.id }] })
      assert.equal(await store.material(next), undefined)
    })

    law('a removed compartment takes all that is its own, and nothing of another', async store => {
      const mine = row('mine', { tags: [named('tag', other)] })
      const theirs = row('theirs', { id: named('theirs', other), parent: named('all', other), tags: [named('tag', other)] })
      await done(store, {
        writes: [
          ...made(mine, theirs),
          { material: place, wrapped: material('m') },
          { compartmentKey: keyRow(vault) },
          { compartmentKey: keyRow(other) },
        ],
      })
      const decidedAt = await store.head()
      const { news } = await done(store, { writes: [{ removeCompartment: vault }] })
      assert.deepEqual(idsOf(news), [recordId(vault, '0'.repeat(64))])
      assert.deepEqual(await store.read([mine.id]), [undefined])
      assert.equal(await store.material(place), undefined)
      assert.deepEqual(await store.compartmentKeys(vault), [])
      assert.deepEqual(await store.list(keys, { after: 0, limit: 9 }), [])
      assert.deepEqual(
        (await store.list(named('tag', other), { after: 0, limit: 9 })).map(found => found.id),
        [theirs.id],
      )
      assert.equal((await store.compartmentKeys()).length, 1)
      assert('stale' in (await one(store, { decidedAt, reads: [mine.id], writes: made(row('z', { id: named('z', other) })) })))
    })

    law('a compartment and its first record may come in one commit, and go and come back in one', async store => {
      await done(store, { writes: [{ compartmentKey: keyRow(vault) }, ...made(row('a'))] })
      await done(store, { writes: [{ removeCompartment: vault }, { compartmentKey: keyRow(vault) }, ...made(row('a'))] })
      assert.equal((await store.read([named('a')]))[0]?.version, 1)
    })

    law('a key of a compartment is kept by term, and its change is fed', async store => {
      await done(store, { writes: [{ compartmentKey: keyRow(vault) }] })
      const { news } = await done(store, {
        writes: [{ compartmentKey: { ...keyRow(vault), state: 'retired' } }, { compartmentKey: keyRow(vault, 2) }],
      })
      assert.deepEqual(idsOf(news), [recordId(vault, '0'.repeat(64))])
      assert.deepEqual(
        (await store.compartmentKeys(vault)).map(found => [found.term, found.state]),
        [
          [1, 'retired'],
          [2, 'primary'],
        ],
      )
    })

    law('a key of one term goes alone, and that is fed', async store => {
      await done(store, { writes: [{ compartmentKey: keyRow(vault) }, { compartmentKey: keyRow(vault, 2) }, ...made(row('a'))] })
      const { news } = await done(store, { writes: [{ removeTerm: { compartment: vault, term: 1 } }] })
      assert.deepEqual(idsOf(news), [recordId(vault, '0'.repeat(64))])
      assert.deepEqual(
        (await store.compartmentKeys(vault)).map(found => found.term),
        [2],
      )
      assert.equal((await store.read([named('a')]))[0]?.version, 1)
    })
  })

  describe(`${name}: leases, fences, effects`, () => {
    law('a lease is one holder`s until it lapses, renewed in its epoch, taken in a new one', async (store, world) => {
      assert.deepEqual(await store.lease('rotation', 1, 15_000), { epoch: 1 })
      assert.equal(await store.lease('rotation', 2, 15_000), undefined)
      world.now += 10_000
      assert.deepEqual(await store.lease('rotation', 1, 15_000), { epoch: 1 })
      world.now += 15_001
      assert.deepEqual(await store.lease('rotation', 2, 15_000), { epoch: 2 })
      world.now += 15_001
      assert.deepEqual(await store.lease('rotation', 2, 15_000), { epoch: 3 })
    })

    law('who was fenced off writes nothing', async (store, world) => {
      await store.lease('rotation', 1, 15_000)
      await done(store, { writes: made(row('a')), fence: { lease: 'rotation', epoch: 1 } })
      world.now += 20_000
      await store.lease('rotation', 2, 15_000)
      const refused = await one(store, { writes: made(row('b')), entries: ['{}'], fence: { lease: 'rotation', epoch: 1 } })
      assert('fenced' in refused)
      assert('fenced' in (await one(store, { fence: { lease: 'nobody', epoch: 0 } })))
      assert.deepEqual(await store.read([named('b')]), [undefined])
      assert.equal(await store.lastBatch(1), undefined)
    })

    law('effects ride in the commit, are held by who takes them, and go when settled', async (store, world) => {
      const effect = (topic: string, dueAt?: number) => ({
        topic,
        body: bytes(topic),
        ...(dueAt !== undefined && { dueAt: millis(dueAt) }),
      })
      await done(store, { writes: made(row('a')), outbox: [effect('mail'), effect('mail', world.now + 50), effect('hook')] })
      await one(store, { writes: made(row('a')), outbox: [effect('mail')] })
      const options = { now: millis(world.now), limit: 9, holdMs: 100 }
      assert.equal(await store.waitingEffects('mail', options.now), 1)
      const [taken, ...more] = await store.takeEffects('mail', options)
      assert(taken)
      assert.deepEqual([more.length, taken.attempts, body(taken.body)], [0, 1, 'mail'])
      assert.deepEqual(await store.takeEffects('mail', options), [])
      const later = await store.takeEffects('mail', { ...options, now: millis(world.now + 100) })
      assert.deepEqual(
        later.map(found => found.attempts),
        [2, 1],
      )
      assert.equal(await store.waitingEffects('mail', millis(world.now + 100)), 2, 'held ones too')
      await store.settleEffect(taken.id)
      assert.equal(await store.waitingEffects('mail', millis(world.now + 100)), 1)
      assert.equal((await store.takeEffects('mail', { ...options, now: millis(world.now + 999) })).length, 1)
    })

    law('effects alone are a mutation', async store => {
      const { seq: position } = await done(store, { outbox: [{ topic: 't', body: bytes('b') }] })
      assert.equal(position, 1)
    })
  })

  describe(`${name}: a full disk`, () => {
    law('refuses what writes, and lets through what frees space, what is essential and what writes nothing', async (store, world) => {
      await done(store, { writes: made(row('a'), row('b')) })
      world.reserved = true
      assert('reserved' in (await one(store, { writes: made(row('c')) })))
      assert('reserved' in (await one(store, { reads: [named('a')], entries: ['{}'] })))
      await done(store, { reads: [named('a')] })
      await done(store, { writes: [{ remove: named('a'), expected: 1 }], entries: ['{}'] })
      await done(store, { entries: ['{}'], essential: true })
      world.reserved = false
      await done(store, { writes: made(row('c')) })
    })
  })

  describe(`${name}: audit and boot`, () => {
    law('each batch leaves one row, numbered without gaps', async store => {
      await store.commit([aCommit({ entries: ['a', 'b'] }), aCommit({ entries: ['c'] })])
      await store.commit([aCommit({ entries: [] })])
      await store.commit([aCommit({ entries: ['d'] })])
      const rows = await store.batches(1, 0, 9)
      assert.deepEqual(
        rows.map(found => [found.node, found.seq, found.count]),
        [
          [1, 1, 3],
          [1, 4, 1],
        ],
      )
      assert.deepEqual(
        (await store.heads(1, 1, 9)).map(found => found.seq),
        [4],
      )
      assert.deepEqual(await store.nodes(), [1])
      assert.equal((await store.lastBatch(1))?.seq, 4)
      assert.equal(await store.lastBatch(2), undefined)
    })

    law('leaves are read in order, checkpoints replace those before them', async store => {
      const leaf = (index: number) => ({ index, node: 1, seq: index + 1, hash: new Uint8Array(32).fill(index) })
      await store.addLeaves([leaf(0), leaf(1)])
      await store.addLeaves([leaf(2)])
      assert.deepEqual(
        (await store.leaves(1, 9)).map(found => found.index),
        [1, 2],
      )
      assert.equal((await store.lastLeaf())?.index, 2)
      assert.equal(await store.lastCheckpoint(), undefined)
      for (const size of [1, 3]) await store.addCheckpoint({ size, note: `note ${size}`, frontier: new Uint8Array(32) })
      assert.deepEqual(await store.lastCheckpoint().then(found => found && [found.size, found.note]), [3, 'note 3'])
    })

    law('what is written at boot is there, and the envelopes given replace all', async store => {
      const envelope = (sealId: string) => ({
        sealId,
        kind: 'key-file',
        params: { salt: 'x', cost: 3 },
        rootEpoch: 1,
        wrapped: bytes(sealId),
      })
      store.writeBoot({ meta: { cluster: bytes('id') }, envelopes: [envelope('a')], compartmentKeys: [keyRow(vault)] })
      store.writeBoot({ envelopes: [envelope('b'), envelope('c')] })
      assert.equal(body(store.meta('cluster')), 'id')
      assert.equal(store.meta('nothing'), undefined)
      store.writeBoot({ meta: { other: bytes('x'), once: bytes('y') }, removeMeta: ['cluster'] })
      assert.deepEqual([store.metaNames('o'), store.meta('cluster')], [['once', 'other'], undefined])
      assert.deepEqual(
        store.envelopes().map(found => [found.sealId, found.params]),
        [
          ['b', { salt: 'x', cost: 3 }],
          ['c', { salt: 'x', cost: 3 }],
        ],
      )
      assert.equal((await store.compartmentKeys(vault)).length, 1)
      await store.scrub()
    })
  })
}
