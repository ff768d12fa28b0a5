import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileBlockStore } from '#adapters/files/block-store.ts'

/** Lets the writer flush some rounds, kills it wherever it is then, and answers the last round it told of. */
async function killed(folder: string, first: number, rounds: number): Promise<number> {
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'disk-writer.ts'), folder, first.toString()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let told = ''
  writer.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text
    if (told.split('\n').length > rounds) writer.kill('SIGKILL')
  })
  await once(writer, 'close')
  return Number(told.slice(0, told.lastIndexOf('\n')).split('\n').at(-1))
}

describe('a disk whose program is killed', () => {
  test('keeps every flushed write and every flushed trim, and opens at once', { timeout: 60_000 }, async t => {
    const folder = mkdtempSync(join(tmpdir(), 'kill-'))
    t.after(() => {
      rmSync(folder, { recursive: true })
    })
    let round = 0
    for (const rounds of [1, 40, 7, 100]) {
      const first = round + 1
      round = await killed(folder, first, rounds)
      const store = fileBlockStore(folder).open({ diskId: 'disk', dekIds: [], epoch: 1 }, 64 * 1024 * 1024)
      for (let flushed = Math.max(1, round - 900); flushed <= round; flushed++) {
        const bits = store.bitmap(flushed % 16)
        const trimmed = flushed % 3 === 2 && flushed + 1 <= round
        // The round after the last may be there or not: it was not answered.
        if (flushed % 3 === 2 && flushed === round) continue
        assert.equal(bits?.[flushed % 1024] ?? 0, trimmed ? 0 : 0xff, `round ${flushed.toString()} of ${round.toString()}`)
        if (trimmed) continue
        const bytes = Buffer.alloc(4096)
        store.read(flushed % 16, (flushed % 1024) * 4096, bytes)
        assert.equal(bytes.readUInt32BE(0), flushed)
      }
      store.close()
    }
  })
})
