// The demo is the test: the same steps, run as a user runs them, with what issue 8 promises of the figures.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { teller, type Line } from '#demo/told.ts'
import { missingTools, packages } from '#demo/tools.ts'
import { ran } from '#tests/tools/programs.ts'
import { withoutProxies } from './instance.ts'

const demo = join(import.meta.dirname, '..', '..', 'demo', 'main.ts')
const lineShape = z.looseObject({ step: z.number(), title: z.string(), ok: z.boolean(), told: z.string(), seconds: z.number() })

const missing = missingTools()
const how = missing.map(tool => `${tool} is missing: apt-get install ${packages[tool]}`).join('; ')
const skip = missing.length > 0 && process.env['CI'] !== 'true' ? how : false

describe('npm run demo', () => {
  test('tells all eight steps, and every figure is within its promise', { skip, timeout: 300_000 }, async () => {
    assert.equal(how, '')
    const { code, stdout, stderr } = await ran(process.execPath, [demo, '--json'], { env: withoutProxies(), cwd: tmpdir() })
    const lines = stdout
      .split('\n')
      .filter(line => line !== '')
      .map(line => lineShape.parse(JSON.parse(line)))
    assert.deepEqual(
      lines.filter(line => !line.ok),
      [],
      stderr,
    )
    assert.deepEqual(
      lines.map(line => line.step),
      [1, 2, 3, 4, 5, 6, 7, 8],
    )
    assert.equal(code, 0)
    const figures = Object.fromEntries(lines.flatMap(line => Object.entries(line)))
    const figure = (name: string): number => z.number().parse(figures[name])
    assert.equal(figure('canariesAtRest'), 0)
    assert(figure('canariesInImage') > 100)
    assert.equal(figure('bytesRewritten'), 0)
    assert(figure('rotationSeconds') < 30)
    assert(figure('readsMeanwhile') > 0)
    for (const name of ['revokeMs', 'resumeMs', 'roleRevokeMs', 'roleResumeMs']) assert(figure(name) <= 1_000, name)
    assert.equal(figure('tamperingsFound'), 4)
    assert.equal(figure('kills'), 3)
  })

  test('says which package a missing tool is in, and exits 2', async t => {
    const empty = mkdtempSync(join(tmpdir(), 'no-tools-'))
    t.after(() => rmSync(empty, { recursive: true }))
    symlinkSync(process.execPath, join(empty, 'node'))
    // Tools of an administrator are looked for beside PATH: only what is not there either can be missing.
    const { code, stderr } = await ran(process.execPath, [demo], { env: { PATH: empty }, cwd: empty })
    assert.equal(code, 2)
    assert.match(stderr, /nbdcopy/)
    assert.match(stderr, /apt-get install libnbd-bin/)
  })

  test('tells a step that fails as failed, with why, and stops there', async () => {
    const lines: Line[] = []
    const step = teller(line => lines.push(line))
    await step({ step: 1, title: 'goes well' }, async () => ({ made: 1, told: 'seen', figures: { reads: 3 } }))
    const failing = step({ step: 2, title: 'goes wrong' }, async () => Promise.reject(new Error('the canary stands 3 times at rest')))
    await assert.rejects(failing, /goes wrong/)
    assert.deepEqual(
      lines.map(line => Object.assign({}, line, { seconds: 0 })),
      [
        { step: 1, title: 'goes well', ok: true, told: 'seen', seconds: 0, reads: 3 },
        { step: 2, title: 'goes wrong', ok: false, told: 'the canary stands 3 times at rest', seconds: 0 },
      ],
    )
  })
})
