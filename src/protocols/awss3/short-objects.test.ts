// Objects that lie with their record: what is true of long ones, and that nothing of them is anywhere else.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testAccount } from '#domain/accounts/testing.ts'
import { namedRecords } from '#domain/audit/named-writes.ts'
import { verifyRecords } from '#domain/audit/verify-records.ts'
import { performAsSystem } from '#domain/jobs/perform-as-system.ts'
import { shortBytesMax } from '#domain/objects/short-bytes.ts'
import { rotateCompartment, rotateCompartmentRunner } from '#domain/seal/rotate-compartment.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { testGround } from '#domain/testing.ts'
import { mutationId, sealed, type Seq } from '#model/brands.ts'
import { operator } from '#model/principal.ts'
import type { Write } from '#ports/record-store.ts'
import { sign } from '#protocols/aws/testing.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, type Answered } from '#protocols/http/testing.ts'
import { s3Protocol } from './index.ts'

const region = 'us-east-1'

async function house() {
  const ground = await testGround()
  const { context, store } = ground
  const { root } = await testAccount(ground, '111122223333')
  const pipeline = createPipeline(context, s3Protocol('keystead.test'))
  const send = async (method: string, path: string, body?: string): Promise<Answered> =>
    ask(
      pipeline,
      sign({
        method,
        url: `https://s3.${region}.keystead.test${path}`,
        credentials: root,
        service: 's3',
        region,
        at: ground.clock.now(),
        payloadHash: 'UNSIGNED-PAYLOAD',
        headers: body === undefined ? {} : { 'content-length': Buffer.byteLength(body).toString() },
        ...(body !== undefined && { body }),
      }),
    )
  assert.equal((await send('PUT', '/bucket')).status, 200)
  const [bucket] = context.buckets.peek()
  const compartment = bucket?.value.compartment ?? assert.fail('no bucket')
  const id = context.objects.idOf(compartment, ['o'])
  const kept = async () => store.materialOf(id)
  const commit = async (...writes: readonly Write[]) =>
    store.commit([
      {
        id: mutationId(context.ground.random.bytes(16).toHex()),
        decidedAt: (await store.head()) satisfies Seq,
        reads: [],
        writes,
        entries: [],
        outbox: [],
        ruling: false,
      },
    ])
  return { ground, context, store, send, compartment, id, kept, commit }
}

const enabled = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
const canary = 'canary-canary-canary'

describe('a short object', () => {
  test('lies with its record alone, as ciphertext; one that is a byte longer lies in the store of bytes', async () => {
    const { ground, send, kept } = await house()
    const short = canary.padEnd(shortBytesMax, 'x')
    assert.equal((await send('PUT', '/bucket/o', short)).status, 200)
    assert.equal(ground.objectStore.kept.size, 0)
    const [run, ...more] = await kept()
    assert.equal(more.length, 0)
    assert(run !== undefined && run.material.bytes.length > shortBytesMax && !Buffer.from(run.material.bytes).includes(canary.slice(0, 8)))
    assert.equal((await send('GET', '/bucket/o')).text, short)
    await send('PUT', '/bucket/o', `${short}x`)
    assert.deepEqual([ground.objectStore.kept.size, (await kept()).length], [1, 0])
    assert.equal((await send('GET', '/bucket/o')).text, `${short}x`)
  })

  test('leaves nothing where it is written anew or deleted, and its versions each go with their own', async () => {
    const { send, kept } = await house()
    for (const body of ['one', 'two', '']) {
      await send('PUT', '/bucket/o', body)
      assert.deepEqual([(await kept()).length, (await send('GET', '/bucket/o')).text], [1, body])
    }
    await send('DELETE', '/bucket/o')
    assert.deepEqual([(await kept()).length, (await send('GET', '/bucket/o')).status], [0, 404])
    await send('PUT', '/bucket?versioning=', enabled)
    const versions: string[] = []
    for (const body of ['three', 'four', 'five']) versions.push((await send('PUT', '/bucket/o', body)).headers['x-amz-version-id'] ?? '')
    const [first = '', second = '', third = ''] = versions
    assert.equal((await kept()).length, 3)
    await send('DELETE', `/bucket/o?versionId=${third}`)
    assert.deepEqual([(await kept()).length, (await send('GET', '/bucket/o')).text], [2, 'four'])
    assert.equal((await send('GET', `/bucket/o?versionId=${first}`)).text, 'three')
    await send('DELETE', `/bucket/o?versionId=${first}`)
    await send('DELETE', `/bucket/o?versionId=${second}`)
    assert.equal((await kept()).length, 0)
  })

  test('whose bytes were changed, taken away, or put in the place of others is not given', async () => {
    const { send, kept, id, commit } = await house()
    await send('PUT', '/bucket?versioning=', enabled)
    const made = [(await send('PUT', '/bucket/o', 'one')).headers, (await send('PUT', '/bucket/o', 'two')).headers]
    const read = async () =>
      Promise.all(made.map(async headers => (await send('GET', `/bucket/o?versionId=${headers['x-amz-version-id'] ?? ''}`)).status))
    const [one, two] = await kept()
    assert(one !== undefined && two !== undefined)
    const place = (version: string) => ({ id, version })
    await commit({ material: place(one.version), wrapped: two.material }, { material: place(two.version), wrapped: one.material })
    assert.deepEqual(await read(), [500, 500])
    const changed = Buffer.from(one.material.bytes)
    changed[40] = (changed[40] ?? 0) ^ 1
    await commit(
      { material: place(one.version), wrapped: { ...one.material, bytes: sealed(changed) } },
      { removePlaces: [place(two.version)] },
    )
    assert.deepEqual(await read(), [500, 500])
    await commit({ material: place(one.version), wrapped: one.material }, { material: place(two.version), wrapped: two.material })
    assert.deepEqual(await read(), [200, 200], 'control')
  })

  test('goes along when the key of its compartment is another: it is under the new one before the old one is destroyed', async () => {
    const { ground, context, send, compartment, id, kept } = await house()
    await send('PUT', '/bucket?versioning=', enabled)
    for (const body of ['before', 'after']) await send('PUT', '/bucket/o', body)
    const opened = async () =>
      (await kept()).map(({ version, material }) => context.ground.barrier.openMaterial({ id, version }, material).bytes.toHex())
    const before = await opened()
    await ground.run(operator, async call =>
      rotateCompartment(context, call, { permit: context.access.permit(call, 'instance.operate', { on: rootScope }), compartment }),
    )
    for (;;) {
      const job = context.jobs.peek().find(({ value }) => value.state === 'running')
      if (job === undefined) break
      await performAsSystem(context, {
        operation: rotateCompartmentRunner.operation,
        resource: 'job',
        async run(call) {
          await rotateCompartmentRunner.step(context, call, job)
          return true
        },
      })
    }
    assert.deepEqual(context.ground.barrier.termsOf(compartment), [2])
    assert.deepEqual(
      (await kept()).map(({ material }) => material.term),
      [2, 2],
    )
    assert.deepEqual(await opened(), before)
    assert.equal((await send('GET', '/bucket/o')).text, 'after', "the bucket's own secret went along: it is material of no record")
  })

  test('is named by the audit with its record: what is taken away or added beside it is found', async () => {
    const { ground, context, send, store, id, kept, commit } = await house()
    for (const body of ['one', 'two']) await send('PUT', '/bucket/o', body)
    const verify = async () => {
      const named = namedRecords()
      for (const [seq, row] of ground.rows().entries()) named.add(seq, (row['writes'] ?? []) as Parameters<typeof named.add>[1])
      const mine = { ...named, ids: () => [id] }
      return verifyRecords(
        { store: { ...store, scan: async () => [] }, barrier: context.ground.barrier },
        { ...mine, get: one => withoutRecord(mine.get(one)) },
      )
    }
    await verify()
    const [run] = await kept()
    assert(run !== undefined)
    await commit({ removePlaces: [{ id, version: run.version }] })
    await assert.rejects(verify(), /material of the record is gone/)
    await commit(
      { material: { id, version: run.version }, wrapped: run.material },
      { material: { id, version: 'ab'.repeat(16) }, wrapped: run.material },
    )
    await assert.rejects(verify(), /no row of the audit wrote/)
  })
})

type Known = ReturnType<ReturnType<typeof namedRecords>['get']>
/** Only its material is looked at here. */
function withoutRecord(known: Known): Known {
  if (known === undefined) return undefined
  const { materials, seq } = known
  return { materials, seq }
}
