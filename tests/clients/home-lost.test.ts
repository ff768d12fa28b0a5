// What the first start kept is taken away: the next start says so and makes no second home with an owner of its own.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { filesOf } from '#compose/data-directory.ts'
import { metaNames } from '#domain/seal/custody.ts'
import { firedInstance } from '#tests/faults/fired-instance.ts'

test('a start without the record of the first one is refused', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'keystead-home-'))
  try {
    await using instance = await firedInstance(parent)
    await instance.start()
    await instance.stop()
    forget(filesOf(instance.data).database)
    await assert.rejects(instance.start(), /edited or damaged[\s\S]+next: keystead audit verify --data [\s\S]+code HomeLost/)
    assert.equal((await instance.ended()).code, 1)
  } finally {
    rmSync(parent, { recursive: true, force: true })
  }
})

function forget(path: string): void {
  using database = new DatabaseSync(path)
  const { changes } = database.prepare('DELETE FROM meta WHERE name = ?').run(metaNames.clusterKey('home'))
  assert.equal(changes, 1)
}
