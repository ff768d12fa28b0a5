import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { systemRandom } from '#adapters/system/random.ts'
import { createSealAttempts } from '#domain/seal/attempts.ts'
import { testClock } from '#domain/testing.ts'
import { Problem } from '#model/problem.ts'
import { takeDataDirectory } from './data-directory.ts'
import { createSealKeeper } from './seal-keeping.ts'

const random = systemRandom()
const scratch = mkdtempSync(join(tmpdir(), 'keystead-keeping-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

const right = { passphrase: 'correct horse battery' }
const stranger = { keyFile: new Uint8Array(32).fill(9) }

/** An initialised directory and what keeps its seals; `proof` is the content of its key file, anew each time, for it is wiped when used. */
async function keeping(name: string, options: { readonly sealFile?: string } = {}) {
  const dataDir = join(scratch, name)
  const stateHome = join(scratch, `${name}-state`)
  const clock = testClock()
  const opening = { dataDir, stateHome, sealFile: options.sealFile, clock, random }
  const directory = takeDataDirectory(opening)
  const opened = await directory.open()
  assert(!('sealed' in opened))
  const keeper = createSealKeeper({ directory, dataDir, clock, random, attempts: createSealAttempts(clock) })
  const told: string[] = []
  return {
    ...keeper,
    clock,
    directory,
    opening,
    told,
    proof: () => ({ keyFile: new Uint8Array(readFileSync(keeper.list().keyFile)) }),
    before: async ({ kind }: { readonly kind: string }) => void told.push(kind),
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  }
}

async function codeOf(change: Promise<unknown>): Promise<string> {
  try {
    await change
  } catch (error) {
    assert(error instanceof Problem, String(error))
    return error.body.code
  }
  return 'done'
}

describe('the seals of a data directory', () => {
  test('are listed with what a passphrase costs, and without its salt', async () => {
    using seals = await keeping('listed')
    const { proof, before } = seals
    await seals.add({ seal: { kind: 'passphrase', ...right }, proof: proof(), before })
    const rows = seals.list().seals.map(({ kind, params, rootEpoch }) => ({ kind, params, rootEpoch }))
    assert.deepEqual(
      rows.toSorted((one, other) => (one.kind < other.kind ? -1 : 1)),
      [
        { kind: 'key-file', params: {}, rootEpoch: 1 },
        { kind: 'passphrase', params: { memoryKib: 65_536, passes: 3, lanes: 4 }, rootEpoch: 1 },
      ],
    )
    assert.deepEqual([...seals.kinds()].toSorted(), ['key-file', 'passphrase'])
    assert.equal((await seals.open(right)).openedBy.kind, 'passphrase')
  })

  test('change by a proof alone, one try at a time: nothing is told, made or written without it', async () => {
    using seals = await keeping('proved')
    const { before, told, clock, proof } = seals
    const file = join(scratch, 'never.key')
    assert.equal(await codeOf(seals.add({ seal: { kind: 'key-file', file }, proof: { ...stranger }, before })), 'SealRefused')
    assert.equal(await codeOf(seals.add({ seal: { kind: 'key-file', file }, proof: proof(), before })), 'Throttled')
    assert.deepEqual([told, existsSync(file), seals.kinds()], [[], false, ['key-file']])
    clock.advance(1_000)
    assert.equal(await codeOf(seals.add({ seal: { kind: 'key-file', file }, proof: proof(), before })), 'done')
    assert.deepEqual([told, existsSync(file), seals.kinds()], [['key-file'], true, ['key-file', 'key-file']])
  })

  test('what can be no secret costs no wait', async () => {
    using seals = await keeping('cheap')
    const { before, proof } = seals
    const short = { passphrase: 'thirteen char' }
    assert.equal(await codeOf(seals.open(short)), 'InvalidBody')
    assert.equal(await codeOf(seals.add({ seal: { kind: 'passphrase', ...short }, proof: proof(), before })), 'InvalidBody')
    const inside = join(scratch, 'cheap', 'inside.key')
    assert.equal(await codeOf(seals.add({ seal: { kind: 'key-file', file: inside }, proof: proof(), before })), 'InvalidBody')
    assert.equal(await codeOf(seals.open(proof())), 'done')
  })

  test('one that there is not is missing, and the last stays', async () => {
    using seals = await keeping('last')
    const { before, proof, told } = seals
    assert.equal(await codeOf(seals.remove({ id: random.uuid(), proof: proof(), before })), 'SealNotFound')
    assert.equal(await codeOf(seals.remove({ id: seals.list().seals[0]?.id ?? '', proof: proof(), before })), 'Conflict')
    assert.deepEqual(told, [])
  })
})

describe('a data directory', () => {
  test('stays sealed, and says why, where its key file is gone, another’s, or no seal of it any more', async () => {
    const sealFile = join(scratch, 'own.key')
    const closed = async () => {
      using seals = await keeping('stays', { sealFile })
      return seals.opening
    }
    const opening = await closed()
    const reopened = async (changes: Partial<typeof opening>) => {
      using again = takeDataDirectory({ ...opening, ...changes })
      const opened = await again.open()
      return 'sealed' in opened ? opened.sealed : opened.openedBy.kind
    }
    assert.equal(await reopened({}), 'key-file')
    assert.match(await reopened({ sealFile: join(scratch, 'gone.key') }), /^its key file is not at .+gone\.key; --seal-file names another$/)
    using other = await keeping('other')
    assert.match(
      await reopened({ sealFile: other.list().keyFile }),
      /is the key file of another instance, or of a seal that was taken away$/,
    )
  })

  test('whose only seals want somebody present does not look for a key file', async () => {
    using seals = await keeping('present')
    const { before, proof, directory } = seals
    await seals.add({ seal: { kind: 'passphrase', ...right }, proof: proof(), before })
    const id = seals.list().seals.find(({ kind }) => kind === 'key-file')?.id ?? ''
    await seals.remove({ id, proof: right, before })
    assert.deepEqual(await directory.open(), { sealed: 'no seal of it opens without somebody present', passing: false })
  })
})
