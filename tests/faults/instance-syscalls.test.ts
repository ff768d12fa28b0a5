import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { keyPath, setUp, vaultName, type Cloud } from './fired-cloud.ts'
import { firedInstance, type FiredInstance } from './fired-instance.ts'
import { load, nothingTold, type Told } from './load.ts'
import { listNamesExactly, lookAgain, type Look } from './look-again.ts'
import { missingTool } from './seeded.ts'
import { Unanswered, wireTo, type Wire } from './wire.ts'

const strace = '/usr/bin/strace'
const skip = missingTool(existsSync(strace), 'strace is not installed')

/** Which sync of the writer fails: some by default, each up to 200 on the way to a release (security-and-reliability.md 7.3, row 3). */
const most = Number(process.env['KEYSTEAD_FAULT_CALLS'] ?? 0)
/** A start syncs fewer times in any one thread. */
const places = most > 0 ? Array.from({ length: most }, (_, n) => n + 10) : [12, 31]

const tracing = (call: string, output: string): readonly string[] => [
  strace,
  '-f',
  '--seccomp-bpf',
  '-qq',
  '-o',
  output,
  '-e',
  `trace=${call}`,
]
/** Counts are each thread's own, from its beginning. */
const injecting = (call: string, fault: string): readonly string[] => [...tracing(call, '/dev/null'), '-e', `inject=${call}:${fault}`]

/** How often the busiest thread has made the call when the instance is ready and the wire of vaults has come: it is read with its first request. */
async function callsOfStart(instance: FiredInstance, call: string, cloud: Cloud): Promise<number> {
  const output = join(instance.dir, 'trace')
  await instance.start({ under: tracing(call, output) })
  // Ready does not wait for the writer where there is nothing to write; an answer does.
  await instance.ask('GET', '/status')
  {
    using wire = await wireTo(instance)
    await ofKey(wire, cloud, { method: 'GET', name: 'nobody' })
  }
  const traced = readFileSync(output, 'utf8')
  // In order, so that the next start finds what this one found.
  await instance.stop()
  const counts = new Map<string, number>()
  for (const line of traced.split('\n')) {
    const [thread = '', rest] = line.split(/ +/)
    if (rest?.startsWith(call) === true) counts.set(thread, (counts.get(thread) ?? 0) + 1)
  }
  return Math.max(...counts.values())
}

const ofKey = async (wire: Wire, cloud: Cloud, asked: { readonly method: 'GET' | 'POST'; readonly name: string }): Promise<number> => {
  const { method, name } = asked
  const creating = method === 'POST'
  const path = keyPath(name, creating ? '/create' : '')
  const sent = { method, host: `${vaultName}.vault`, path, token: cloud.vault, ...(creating && { body: { kty: 'EC', crv: 'P-256' } }) }
  return (await wire.send(sent)).status
}

async function unlessSilent<T>(asked: Promise<T>): Promise<T | 'silence'> {
  try {
    return await asked
  } catch (cause) {
    if (cause instanceof Unanswered) return 'silence'
    throw cause
  }
}

describe('a system call that fails under an instance', { skip }, () => {
  let instance: FiredInstance
  let cloud: Cloud
  const told = nothingTold()
  before(async () => {
    // On a real disk: what is injected must be what the store waits for.
    instance = await firedInstance(tmpdir())
    await instance.start()
    cloud = await setUp(instance)
    assert.equal(await instance.stop(), 0)
  })
  afterEach(async () => {
    await instance.kill()
  })
  after(async () => {
    await instance[Symbol.asyncDispose]()
  })

  async function looked(look: (at: Look) => Promise<void>, since = 0): Promise<void> {
    using wire = await wireTo(instance)
    await look({ instance, wire, cloud, told, since })
  }

  test(
    `a sync that fails ends it, and what it answered is there after a start (sync ${places.join(', ')})`,
    { timeout: 3_600_000 },
    async () => {
      for (const [round, n] of places.entries()) {
        const since = Date.now()
        told.answers.clear()
        await instance.start({ under: injecting('fsync', `error=EIO:when=${n}`) })
        await untilItEnds({ instance, cloud, told }, { round: round + 1, what: `sync ${n}` })
        await instance.start()
        await looked(lookAgain, since)
        assert.equal(await instance.stop(), 0)
      }
    },
  )

  test('a write that finds no room is refused, and the next one is done', { timeout: 120_000 }, async () => {
    const calls = await callsOfStart(instance, 'pwrite64', cloud)
    await instance.start({ under: injecting('pwrite64', `error=ENOSPC:when=${calls + 200}..${calls + 220}`) })
    using wire = await wireTo(instance)
    const statuses: number[] = []
    for (let n = 0; n < 400 && !(statuses.includes(503) && statuses.at(-1) === 200); n += 1) {
      const status = await ofKey(wire, cloud, { method: 'POST', name: `n${n}` })
      statuses.push(status)
      told.keys.found(`n${n}`, status === 200 ? 'live ' : 'absent')
      // The store looks four times a second whether there is room.
      if (status === 503) await pause(300)
    }
    const seen = [...new Set(statuses)].sort((a, b) => a - b)
    assert.deepEqual(seen, [200, 503], `control: a write failed, and none was answered otherwise: ${statuses.join(' ')}`)
    assert.equal(statuses.at(-1), 200)
    await looked(listNamesExactly)
    assert.equal(await instance.stop(), 0)
  })

  test('a read that fails is answered as a failure, never with something else', { timeout: 120_000 }, async () => {
    told.answers.clear()
    const calls = await callsOfStart(instance, 'pread64', cloud)
    await instance.start({ under: injecting('pread64', `error=EIO:when=${calls + 200}+`) })
    const statuses = new Set<number | 'silence'>()
    {
      using wire = await wireTo(instance)
      for (let n = 0; n < 400 && statuses.size < 2; n += 1) {
        // What was written meanwhile must be read anew.
        await told.keys
          .change(`r${n}`, 'live ', async () => {
            const status = await unlessSilent(ofKey(wire, cloud, { method: 'POST', name: `r${n}` }))
            statuses.add(status)
            assert.equal(status, 200)
          })
          .catch(() => undefined)
        statuses.add(await unlessSilent(ofKey(wire, cloud, { method: 'GET', name: `r${n}` })))
      }
    }
    const answers = [...statuses].filter(status => typeof status === 'number')
    assert(statuses.size > 1, 'control: a read failed')
    assert.deepEqual(
      answers.filter(status => status !== 200 && status < 500),
      [],
      `a read that fails is none of these: ${answers.join(', ')}`,
    )
    await instance.kill()
    await instance.start()
    await looked(lookAgain, Date.now())
    await looked(listNamesExactly)
    assert.equal(await instance.stop(), 0)
  })
})

interface Failing {
  readonly instance: FiredInstance
  readonly cloud: Cloud
  readonly told: Told
}

async function untilItEnds(
  { instance, cloud, told }: Failing,
  { round, what }: { readonly round: number; readonly what: string },
): Promise<void> {
  using wire = await wireTo(instance)
  let over = false
  const running = load({ instance, wire, cloud, told, round, over: () => over, failing: true })
  const patience = new AbortController()
  const end = await Promise.race([instance.ended(), pause(30_000, undefined, { signal: patience.signal })])
  patience.abort()
  over = true
  assert(end !== undefined, `${what}: it goes on:\n${instance.log()}`)
  assert(end.code !== 0, `${what}: it ended as if nothing were`)
  assert.match(instance.log(), /must stop|has failed/, what)
  await running
  assert.deepEqual(told.surprises, [])
}
