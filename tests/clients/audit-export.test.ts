// `keystead audit export` and `audit verify --offline`: an auditor elsewhere finds the first row that was changed, removed or moved (people.md 4.2).
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { verifyExported } from '#compose/audit-export.ts'
import { signCheckpoint, verifierKey } from '#domain/audit/checkpoint.ts'
import { ranProgram, removeInstance, startInstance, type Instance, type Ran } from './instance.ts'

const elsewhere = mkdtempSync(join(tmpdir(), 'keystead-auditor-'))
const exportedShape = z.object({ rows: z.number(), batches: z.number(), key: z.string(), checkpoint: z.string() })
let instance: Instance
let evidence: string
let exported: z.output<typeof exportedShape>
let early: string

before(async () => {
  instance = await startInstance()
  for (const name of ['one', 'two', 'three']) await instance.ask('app', 'add', name)
  early = (await instance.run('audit', 'head')).stdout
  for (const name of ['four', 'five', 'six', 'seven']) await instance.ask('app', 'add', name)
  evidence = join(elsewhere, 'evidence')
  exported = exportedShape.parse(await instance.ask('audit', 'export', '--to', evidence))
})
after(async () => {
  await instance.stop()
  await removeInstance(instance)
  rmSync(elsewhere, { recursive: true, force: true })
})

let copies = 0
/** A copy of the export, changed. */
function changed(file: string, change: (lines: string[]) => readonly string[]): string {
  copies += 1
  const folder = join(elsewhere, `copy-${copies}`)
  cpSync(evidence, folder, { recursive: true })
  const path = join(folder, file)
  writeFileSync(path, change(readFileSync(path, 'utf8').split('\n')).join('\n'))
  return folder
}

const rows = (): readonly string[] => readFileSync(join(evidence, 'rows.jsonl'), 'utf8').trimEnd().split('\n')
/** Where nothing of the instance is in reach. */
const offline = async (folder: string, ...words: readonly string[]): Promise<Ran> =>
  ranProgram(['audit', 'verify', '--offline', folder, '--data', join(elsewhere, 'no-instance'), ...words], elsewhere)
const verdictOf = async (folder: string) => verifyExported(folder, {})
const firstBadOf = async (folder: string): Promise<unknown> => {
  const verdict = await verdictOf(folder)
  return verdict.verdict === 'tampered' ? verdict.firstBad : verdict.verdict
}

describe('an export', () => {
  test('is verified elsewhere by its files alone, and names the key that signed it', async () => {
    const { code, stdout } = await offline(evidence)
    assert.equal(code, 0)
    assert(stdout.startsWith(`✓ intact: ${exported.rows} rows, batches 0 to ${exported.batches}, signed by keystead.audit/`), stdout)
    const again = JSON.parse((await offline(evidence, '--json')).stdout) as { verdict: string; rows: number }
    assert.deepEqual([again.verdict, again.rows], ['intact', exported.rows])
  })

  test('holds every row of the audit, with the names of operations, for its owner alone', async () => {
    const all = JSON.parse((await instance.run('audit', 'query', '--json')).stdout) as {
      rows: readonly { seq: number; operation: string }[]
    }
    const told = rows().map(line => {
      const { seq, row } = JSON.parse(line) as { seq: number; row: string }
      return { seq, operation: (JSON.parse(row) as { operation: string }).operation }
    })
    assert.deepEqual(
      told,
      all.rows.slice(0, told.length).map(({ seq, operation }) => ({ seq, operation })),
    )
    assert(told.length > 10)
    assert.equal(statSync(evidence).mode & 0o777, 0o700)
    assert.equal(statSync(join(evidence, 'rows.jsonl')).mode & 0o777, 0o600)
  })

  test('a checkpoint that the auditor kept is found in it; a key that was told is compared', async () => {
    writeFileSync(join(elsewhere, 'kept'), early)
    assert.equal((await offline(evidence, '--since', join(elsewhere, 'kept'), '--key', join(evidence, 'key'))).code, 0)
    const other = verifierKey(generateKeyPairSync('ed25519').privateKey, exported.key.split('+')[0] ?? '')
    writeFileSync(join(elsewhere, 'other-key'), other)
    assert.equal((await offline(evidence, '--key', join(elsewhere, 'other-key'))).code, 1)
  })

  test('is not written over another, nor into a folder with something in it', async () => {
    const { code, stderr } = await instance.run('audit', 'export', '--to', evidence)
    assert.equal(code, 7)
    assert.match(stderr, /is not empty: nothing was written/)
    assert.equal((await offline(evidence)).code, 0)
  })

  test('from a time on begins where those rows begin, and is verified to the same root', async () => {
    const since = new Date().toISOString()
    await instance.ask('app', 'add', 'late')
    const folder = join(elsewhere, 'late')
    const late = exportedShape.parse(await instance.ask('audit', 'export', '--to', folder, '--since', since))
    assert(late.rows < exported.rows && late.rows > 0)
    const verdict = await verdictOf(folder)
    assert(verdict.verdict === 'intact' && verdict.from > 0 && verdict.size - verdict.from === late.batches)
    const before = await verifyExported(folder, { since: early })
    assert.equal(before.verdict, 'unknown', 'it has nothing of what that checkpoint covers')
  })

  test('of a stopped instance is the same', async () => {
    await instance.stop()
    const folder = join(elsewhere, 'stopped')
    const stopped = exportedShape.parse(await instance.ask('audit', 'export', '--to', folder))
    assert(stopped.rows > exported.rows)
    assert.equal((await offline(folder)).code, 0)
    await instance.start()
  })
})

describe('what was done to it is found, and the first bad row named', () => {
  test('an edited row, whichever it is: exit 1', async () => {
    const all = rows()
    for (const place of [0, 3, Math.floor(all.length / 2), all.length - 1]) {
      const folder = changed('rows.jsonl', lines =>
        lines.map((line, at) => (at === place ? line.replace(/operation\\":\\"\w/, '$&x') : line)),
      )
      assert.equal(await firstBadOf(folder), place + 1)
    }
    const { code, stdout } = await offline(join(elsewhere, `copy-${copies}`))
    assert.deepEqual([code, stdout], [1, `✗ row ${all.length}: the row was changed\n`])
  })

  test('a removed row, the last one too', async () => {
    const all = rows()
    for (const place of [0, 5, all.length - 1]) {
      assert.equal(await firstBadOf(changed('rows.jsonl', lines => lines.filter((_, at) => at !== place))), place + 1)
    }
  })

  test('two rows that changed places', async () => {
    const swapped = changed('rows.jsonl', lines => lines.with(4, lines[7] ?? '').with(7, lines[4] ?? ''))
    assert.equal(await firstBadOf(swapped), 5)
  })

  test('a row that was said twice, or made up at the end', async () => {
    const all = rows()
    assert.equal(await firstBadOf(changed('rows.jsonl', lines => lines.toSpliced(6, 0, lines[5] ?? ''))), 7)
    assert.equal(await firstBadOf(changed('rows.jsonl', lines => lines.toSpliced(all.length, 0, lines[0] ?? ''))), all.length + 1)
  })

  test('another salt, another number, a line that is no JSON', async () => {
    const with5 = (change: (line: string) => string) =>
      changed('rows.jsonl', lines => lines.map((line, at) => (at === 5 ? change(line) : line)))
    const flipped = with5(line => line.replace(/"salt":"(.)/, (_, digit: string) => `"salt":"${digit === '0' ? '1' : '0'}`))
    const numbered = with5(line => line.replace('"seq":6', '"seq":7'))
    for (const folder of [flipped, numbered, with5(line => line.slice(0, -3)), with5(() => '{}')]) assert.equal(await firstBadOf(folder), 6)
  })

  test('batches that were removed, moved, edited or cut off', async () => {
    const last = exported.batches - 1
    assert.equal(await firstBadOf(changed('batches.jsonl', lines => lines.filter((_, at) => at !== 0))), 1)
    assert.notEqual(await firstBadOf(changed('batches.jsonl', lines => lines.with(1, lines[2] ?? '').with(2, lines[1] ?? ''))), 'intact')
    const edited = await verdictOf(changed('batches.jsonl', lines => lines.map(line => line.replace(/"at":(\d)/, '"at":9'))))
    assert.equal(edited.verdict, 'tampered')
    const cut = await verdictOf(changed('batches.jsonl', lines => lines.toSpliced(last, 1)))
    assert(cut.verdict === 'tampered' && /gone/.test(cut.because))
  })

  test('a checkpoint of fewer batches, signed or not, is not the one of these rows', async () => {
    const folder = changed('head.json', lines => lines)
    const head = JSON.parse(readFileSync(join(folder, 'head.json'), 'utf8')) as { checkpoint: string }
    writeFileSync(join(folder, 'head.json'), JSON.stringify({ ...head, checkpoint: early }))
    writeFileSync(join(folder, 'checkpoint'), early)
    assert.equal((await verdictOf(folder)).verdict, 'tampered')
  })

  test('all of it signed anew by somebody else looks whole, and is caught by the key or by a checkpoint that the auditor has', async () => {
    const forger = generateKeyPairSync('ed25519').privateKey
    const folder = changed('head.json', lines => lines)
    const head = JSON.parse(readFileSync(join(folder, 'head.json'), 'utf8')) as { origin: string; checkpoint: string }
    const [origin = '', size = '', root = ''] = head.checkpoint.split('\n')
    const checkpoint = signCheckpoint(forger, { origin, size: Number(size), root: Uint8Array.fromBase64(root) })
    writeFileSync(join(folder, 'head.json'), JSON.stringify({ ...head, checkpoint, key: verifierKey(forger, origin) }))
    writeFileSync(join(folder, 'checkpoint'), checkpoint)
    writeFileSync(join(folder, 'key'), verifierKey(forger, origin))
    assert.equal((await verdictOf(folder)).verdict, 'intact', 'nothing in the files alone can tell')
    assert.equal((await verifyExported(folder, { key: exported.key })).verdict, 'tampered')
    assert.equal((await verifyExported(folder, { since: early })).verdict, 'tampered')
  })

  test('no export, or half of one: cannot tell, exit 2', async () => {
    assert.equal((await offline(join(elsewhere, 'nothing'))).code, 2)
    const half = changed('head.json', lines => lines)
    rmSync(join(half, 'head.json'))
    assert.equal((await offline(half)).code, 2)
    assert.equal((await verdictOf(changed('head.json', () => ['{"format":2}']))).verdict, 'unknown')
  })
})
