// security-and-reliability.md 4.4: whatever someone does to the database, `audit verify` exits 1 and names the first that is wrong.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { filesOf } from '#compose/data-directory.ts'
import { firedInstance, type FiredInstance } from '#tests/faults/fired-instance.ts'
import { done, providersOf } from '#tests/faults/fired-cloud.ts'
import { wireTo } from '#tests/faults/wire.ts'
import { ranProgram, type Ran } from './instance.ts'
import { tamper, tamperings } from './tampered-rows.ts'

const verdictShape = z.looseObject({
  verdict: z.string(),
  because: z.string().optional(),
  firstBad: z.number().optional(),
  record: z.string().optional(),
})
const rowsShape = z.object({
  rows: z.array(z.looseObject({ seq: z.number(), writes: z.array(z.tuple([z.string(), z.number()])).optional() })),
})
type Rows = z.output<typeof rowsShape>['rows']

/** Something to change, and something that is changed. */
async function work(instance: FiredInstance, tag: string): Promise<void> {
  using wire = await wireTo(instance)
  const token = await wire.token('management', wire.environment.administrator)
  const path = `${providersOf(wire).replace(/\/providers$/, '')}?api-version=2021-04-01`
  await done(wire, { method: 'PATCH', host: 'management', path, token, body: { tags: { tag } } })
  for (const number of [1, 2, 3]) await instance.ask('POST', '/applications', { name: `${tag} ${number}` })
}

describe('audit verify over a real database', () => {
  const parent = mkdtempSync(join(tmpdir(), 'keystead-tamper-'))
  const copy = join(parent, 'copy')
  let instance: FiredInstance
  let older: string
  let rows: Rows
  before(async () => {
    instance = await firedInstance(parent)
    older = join(instance.dir, 'older')
    await instance.start()
    await instance.stop()
    cpSync(instance.data, older, { recursive: true })
    await instance.start()
    await work(instance, 'new')
    rows = rowsShape.parse(await instance.ask('GET', '/audit')).rows
    await instance.stop()
  })
  after(async () => {
    await instance[Symbol.asyncDispose]()
    rmSync(parent, { recursive: true, force: true })
  })
  const databaseIn = (folder: string): string => filesOf(folder).database
  const verify = async (data: string): Promise<Ran> =>
    ranProgram(['audit', 'verify', '--data', data, '--seal-file', join(instance.dir, 'seal.key'), '--json'], instance.dir)
  const copied = (): string => {
    rmSync(copy, { recursive: true, force: true })
    cpSync(instance.data, copy, { recursive: true })
    return copy
  }
  const expectIntact = ({ code, stdout, stderr }: Ran): void => {
    assert.deepEqual([code, verdictShape.parse(JSON.parse(stdout)).verdict], [0, 'intact'], stdout + stderr)
  }
  const expectNamed = (
    { code, stdout, stderr }: Ran,
    expected: { readonly because: RegExp; readonly firstBad: number | undefined },
  ): void => {
    const verdict = verdictShape.parse(JSON.parse(stdout))
    assert.deepEqual([code, verdict.verdict], [1, 'tampered'], stdout + stderr)
    assert.match(verdict.because ?? '', expected.because)
    const writer = rows.findLast(row => row.writes?.some(([id]) => id === verdict.record) === true)
    assert.equal(verdict.firstBad, expected.firstBad ?? writer?.seq, stdout)
    assert.notEqual(verdict.firstBad, undefined)
  }

  test('control: untouched it is intact', async () => {
    expectIntact(await verify(copied()))
  })

  for (const tampering of tamperings) {
    test(`stopped: ${tampering.title}`, async () => {
      const { batches } = tamper(databaseIn(copied()), databaseIn(older), tampering)
      expectNamed(await verify(copy), { because: tampering.because, firstBad: tampering.firstBad?.(batches) })
    })
  }

  test('stopped: the database was rolled back, the checkpoint file is newer', async () => {
    copied()
    for (const ending of ['', '-wal', '-shm']) rmSync(`${databaseIn(copy)}${ending}`, { force: true })
    cpSync(databaseIn(older), databaseIn(copy))
    const ran = await verify(copy)
    const verdict = verdictShape.parse(JSON.parse(ran.stdout))
    assert.deepEqual([ran.code, verdict.verdict], [1, 'tampered'], ran.stdout + ran.stderr)
    assert.match(verdict.because ?? '', /it was cut or rolled back/)
    assert(typeof verdict.firstBad === 'number' && verdict.firstBad > 1, 'what is missing begins behind what is there')
    const started = await ranProgram(
      ['start', '--data', copy, '--port', '0', '--proxy-port', 'off', '--seal-file', join(instance.dir, 'seal.key')],
      instance.dir,
    )
    assert.equal(started.code, 1, 'an instance does not start on it')
    assert.match(started.stderr, /not the one that was signed[^]*newest checkpoint covers/)
  })

  test('running: each of them under an instance that serves, and intact again when it is undone', async () => {
    await instance.start()
    for (const tampering of tamperings) {
      const { batches, undo } = tamper(databaseIn(instance.data), databaseIn(older), tampering)
      const ran = await verify(instance.data)
      undo()
      expectNamed(ran, { because: tampering.because, firstBad: tampering.firstBad?.(batches) })
    }
    expectIntact(await verify(instance.data))
    assert.equal(await instance.stop(), 0)
  })
})
