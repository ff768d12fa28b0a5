import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { program, removeInstance, startInstance, type Instance } from './instance.ts'

const rowShape = z.looseObject({ seq: z.number(), node: z.number(), operation: z.string(), resourceId: z.string() })
const rowsShape = z.object({ rows: z.array(rowShape), next: z.string() })

let instance: Instance
before(async () => {
  instance = await startInstance()
})
after(async () => {
  await instance.stop()
  assert(!(await removeInstance(instance)))
})

const operations = async (operation: string): Promise<number> =>
  rowsShape.parse(await instance.ask('audit', 'query')).rows.filter(row => row.operation === operation).length

describe('audit tail --follow', { timeout: 60_000 }, () => {
  test('shows what happens while it follows, once each and in order, and does not follow its own reading', async () => {
    const readings = await operations('AuditQuery')
    const tail = spawn(program, ['audit', 'tail', '--follow', '--json', '--data', instance.data], { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines = createInterface({ input: tail.stdout })[Symbol.asyncIterator]()
    const next = async () => rowShape.parse(JSON.parse((await lines.next()).value ?? 'null'))
    const before = [await next()]
    for (const name of ['one', 'two', 'three']) await instance.run('app', 'add', name)
    const seen = [...before]
    while (seen.filter(row => row.operation === 'ApplicationAdd').length < 3) seen.push(await next())
    tail.kill()
    const numbers = seen.map(row => row.seq)
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((a, b) => a - b),
    )
    assert(seen.every(row => row.node === 1 && row.operation !== 'AuditQuery'))
    // One of its beginning, one for each answer with something new or after 4 s of nothing, and the one of this question before.
    assert((await operations('AuditQuery')) - readings < 12, 'readings stay few')
  })

  test('lines are short for people, a page says where it ends', async () => {
    const { stdout } = await instance.run('audit', 'tail')
    assert.match(stdout, /^\d\d:\d\d:\d\d\.\d{3} ✓ ApplicationAdd \/tenants\/.* operator 201 req [0-9a-f]{8}$/m)
    const { rows, next } = rowsShape.parse(await instance.ask('audit', 'query', '--limit', '3'))
    assert.deepEqual([rows.map(row => row.seq), next], [[1, 2, 3], '1:3'])
    const { stderr } = await instance.run('audit', 'query', '--limit', '3')
    assert.match(stderr, /^3 rows, \d+\.\d s$/m)
  })

  test('ends quietly where nobody reads on', async () => {
    const line = `"${program}" audit tail --follow --data "${instance.data}" | head -1; exit "\${PIPESTATUS[0]}"`
    const child = spawn('bash', ['-c', line], { stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    const closed = once(child, 'close')
    // Who writes learns only by writing that nobody reads: the first lines may all have gone before.
    for (let n = 0; child.exitCode === null; n += 1) await instance.run('app', 'add', `unread-${n}`)
    await closed
    assert.deepEqual([child.exitCode, stderr], [0, ''])
  })
})
