// A real full disk: this file runs once more in a mount namespace of its own, where a small tmpfs stands (security-and-reliability.md 7.2).
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { integrityFindings } from '#adapters/sqlite/open.ts'
import { filesOf } from '#compose/data-directory.ts'
import { keyPath, setUp, vaultName, type Cloud } from './fired-cloud.ts'
import { firedInstance, type FiredInstance } from './fired-instance.ts'
import { missingTool } from './seeded.ts'
import { wireTo, type Answered, type Asked, type Wire } from './wire.ts'

const variable = 'KEYSTEAD_SMALL_DISK'
const mebibyte = 2 ** 20
/** The reserve of security-and-reliability.md 4.6 and some room. */
const smallDisk = 400 * mebibyte

function namespaces(): boolean {
  try {
    execFileSync('unshare', ['-Urm', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

interface Small {
  readonly instance: FiredInstance
  readonly wire: Wire
  readonly cloud: Cloud
  readonly folder: string
}

const ofVault = async ({ wire, cloud }: Small, asked: Pick<Asked, 'method' | 'path' | 'body'>): Promise<Answered> =>
  wire.send({ ...asked, host: `${vaultName}.vault`, token: cloud.vault })
const create = async (small: Small, name: string): Promise<Answered> =>
  ofVault(small, { method: 'POST', path: keyPath(name, '/create'), body: { kty: 'EC', crv: 'P-256' } })
const sign = async (small: Small): Promise<Answered> =>
  ofVault(small, {
    method: 'POST',
    path: keyPath('before', '/sign'),
    body: { alg: 'ES256', value: Buffer.alloc(32).toString('base64url') },
  })

const ballastIn = ({ folder }: Small): string => join(folder, 'ballast')

/** Takes space until so much is free. */
function leave(small: Small, free: number): void {
  const { bavail, bsize } = statfsSync(small.folder)
  try {
    for (let wanted = bavail * bsize - free; wanted > 0; wanted -= mebibyte)
      writeFileSync(ballastIn(small), Buffer.alloc(Math.min(wanted, mebibyte)), { flag: 'a' })
  } catch (cause) {
    // The last of it is somebody else's by now: full is what was wanted.
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC')) throw cause
  }
}

/** Free space is looked at four times a second. */
const untilNoticed = async (): Promise<void> => pause(600)

async function refusesAndReads(small: Small, name: string): Promise<void> {
  for (const refused of [await create(small, name), await sign(small)]) {
    assert.equal(refused.status, 503, JSON.stringify(refused.body))
    assert(z.object({ error: z.looseObject({ code: z.string() }) }).safeParse(refused.body).success, JSON.stringify(refused.body))
  }
  const { rows } = z.object({ rows: z.array(z.unknown()) }).parse(await small.instance.ask('GET', '/audit?since=0'))
  assert(rows.length > 5, 'the audit is read while changes are refused')
}

async function fullAndEmptied(small: Small): Promise<void> {
  const { instance } = small
  assert.equal((await create(small, 'before')).status, 200, 'control: there is room')
  assert.equal((await sign(small)).status, 200)
  assert.equal((await create(small, 'to-purge')).status, 200)
  assert.equal((await ofVault(small, { method: 'DELETE', path: keyPath('to-purge') })).status, 200)
  leave(small, 200 * mebibyte)
  await untilNoticed()
  await refusesAndReads(small, 'below-the-watermark')
  const purged = await ofVault(small, { method: 'DELETE', path: '/deletedkeys/to-purge?api-version=7.4' })
  assert.equal(purged.status, 204, `what frees space is done: ${JSON.stringify(purged.body)}`)
  leave(small, 0)
  await untilNoticed()
  await refusesAndReads(small, 'nothing-left')
  rmSync(ballastIn(small))
  await untilNoticed()
  const made = await create(small, 'after')
  assert.equal(made.status, 200, `it goes on without a restart: ${JSON.stringify(made.body)}`)
  assert.equal((await sign(small)).status, 200)
  for (const name of ['below-the-watermark', 'nothing-left'])
    assert.equal((await ofVault(small, { method: 'GET', path: keyPath(name) })).status, 404, `${name} was refused, and is not there`)
  const verdict = z.looseObject({ verdict: z.string() }).parse(await instance.ask('POST', '/audit/verify', { records: true }))
  assert.equal(verdict.verdict, 'intact', JSON.stringify(verdict))
  assert.deepEqual(integrityFindings(filesOf(instance.data).database), [])
}

async function onSmallDisk(folder: string, run: (small: Small) => Promise<void>): Promise<void> {
  await using instance = await firedInstance(folder)
  await instance.start()
  const cloud = await setUp(instance)
  using wire = await wireTo(instance)
  await run({ instance, wire, cloud, folder })
}

const folder = process.env[variable]
if (folder === undefined) {
  const skip = missingTool(process.platform === 'linux' && namespaces(), 'unshare -Urm is not there, or not allowed')
  describe('a disk that is full', { skip }, () => {
    test(
      'below the watermark changes are refused, the audit is read, and all goes on when there is room',
      { timeout: 120_000 },
      async t => {
        const small = mkdtempSync(join(tmpdir(), 'keystead-small-'))
        t.after(() => rmSync(small, { recursive: true }))
        const mounting = `mount -t tmpfs -o size=${smallDisk} none "$${variable}" && exec "$@"`
        const child = spawn('unshare', ['-Urm', 'sh', '-c', mounting, 'sh', process.execPath, '--no-warnings', import.meta.filename], {
          env: { ...process.env, [variable]: small },
          stdio: ['ignore', 'pipe', 'pipe'],
        })
        t.after(() => child.kill('SIGKILL'))
        let said = ''
        for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => (said += chunk.toString()))
        await once(child, 'close')
        assert.equal(child.exitCode, 0, said)
      },
    )
  })
} else {
  await onSmallDisk(folder, fullAndEmptied)
  await onSmallDisk(folder, async small => {
    leave(small, 0)
    await untilNoticed()
    assert.equal(await small.instance.stop(), 0, `it stops when it is told to, full or not:\n${small.instance.log()}`)
    rmSync(ballastIn(small))
    await small.instance.start()
    assert.equal((await create(small, 'again')).status, 200)
  })
}
