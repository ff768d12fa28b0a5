import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { compartmentId } from '#model/brands.ts'
import { chunkBytes } from '#ports/block-store.ts'
import { fileBlockStore } from './block-store.ts'
import { dataStart } from './chunk-header.ts'
import { inspectDisk } from './inspect-disk.ts'

const identity = { diskId: 'disk-1', dekIds: ['0'.repeat(31) + '1'], epoch: 4 }

/** A disk with chunks 0 and 2 written and flushed. */
async function written(t: TestContext): Promise<{ readonly root: string; readonly file: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'inspect-disk-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const chunks = fileBlockStore(folder).open(identity, 4 * chunkBytes)
  for (const chunk of [0, 2]) chunks.write(chunk, 0, new Uint8Array(512).fill(7))
  await chunks.flush()
  chunks.close()
  return { root: join(folder, 'disks'), file: join(folder, 'disks', identity.diskId, '2.chunk') }
}

describe('a disk is inspected by the files of its chunks', () => {
  test('what was written whole has nothing wrong', async t => {
    const { root } = await written(t)
    assert.deepEqual(await inspectDisk(root, identity), { chunks: 2, findings: [] })
  })

  test('a disk that was never written has no chunks', async t => {
    const { root } = await written(t)
    assert.deepEqual(await inspectDisk(root, { ...identity, diskId: 'disk-2' }), { chunks: 0, findings: [] })
  })

  test('a fork is inspected by the name that its headers have', async t => {
    const { root } = await written(t)
    const chunks = fileBlockStore(join(root, '..')).open(identity, 4 * chunkBytes)
    await chunks.fork({ diskId: 'fork-1', compartment: compartmentId('a'.repeat(32)) })
    chunks.close()
    assert.deepEqual(await inspectDisk(root, { ...identity, diskId: 'fork-1', lineage: 'disk-1' }), { chunks: 2, findings: [] })
    const [finding] = (await inspectDisk(root, { ...identity, diskId: 'fork-1' })).findings
    assert.deepEqual(finding, { file: 'fork-1/0.chunk', because: 'it is chunk 0 of disk-1' })
  })

  const damage: Readonly<Record<string, { readonly to: (file: string) => void; readonly because: RegExp }>> = {
    'cut short': { to: file => truncateSync(file, dataStart), because: /^it is 8192 bytes long/ },
    'without a header that checks': {
      to: file => writeFileSync(file, readFileSync(file).fill(0, 0, dataStart)),
      because: /^neither copy/,
    },
  }
  for (const [name, { to, because }] of Object.entries(damage)) {
    test(`a chunk that is ${name} is found, and the others are well`, async t => {
      const { root, file } = await written(t)
      to(file)
      const { findings } = await inspectDisk(root, identity)
      assert.deepEqual(
        findings.map(one => one.file),
        ['disk-1/2.chunk'],
      )
      assert.match(findings[0]?.because ?? '', because)
    })
  }

  test('a chunk whose file is gone is found', async t => {
    const { root, file } = await written(t)
    rmSync(file)
    assert.deepEqual(await inspectDisk(root, identity), { chunks: 1, findings: [{ file: 'disk-1/2.chunk', because: 'its file is gone' }] })
  })

  test('a chunk under another data key, or in the place of another, is found', async t => {
    const { root, file } = await written(t)
    const other = { ...identity, dekIds: ['f'.repeat(32)] }
    assert.equal((await inspectDisk(root, other)).findings.length, 2)
    writeFileSync(file.replace('2.chunk', '1.chunk'), readFileSync(file))
    assert.deepEqual((await inspectDisk(root, identity)).findings, [{ file: 'disk-1/1.chunk', because: 'it is chunk 2 of disk-1' }])
  })
})
