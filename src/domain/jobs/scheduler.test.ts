import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Problem } from '#model/problem.ts'
import { testGround, asSystem, type TestGround } from '#domain/testing.ts'
import { expireJobs } from './expire-jobs.ts'
import { startScheduler } from './scheduler.ts'
import { advanceJob, endJob, keptAfterEndMs, startJob } from './start-job.ts'
import type { DueTask, JobRunner } from './task.ts'

const begin = async (ground: TestGround): Promise<string> =>
  ground.run(asSystem, async call => {
    const job = await startJob(ground.context, call, {
      compartment: ground.context.instance.installation,
      kind: 'count',
      input: { to: '3' },
    })
    return job.value.id
  })

const counting: JobRunner = {
  kind: 'count',
  operation: 'CountStep',
  async step(context, call, job) {
    const done = job.value.done + 1
    const came = advanceJob(context, call, { job, done, cursor: done.toString() })
    if (done === Number(job.value.input['to'])) endJob(context, call, { job: came, state: 'succeeded' })
    return Promise.resolve()
  },
}

const jobOf = ({ context }: TestGround, id: string) => context.jobs.peek().find(job => job.value.id === id)?.value
async function until(seen: () => boolean): Promise<void> {
  for (const end = performance.now() + 20_000; !seen() && performance.now() < end;) await new Promise(resolve => setImmediate(resolve))
  assert.ok(seen(), 'it never came')
}

/** Everything that a beat of the injected clock set going is over: the memory store waits for turns of the loop, never for time. */
async function rested(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await new Promise(resolve => setImmediate(resolve))
}

describe('the scheduler', () => {
  test('takes a job up as soon as it is committed, one entry a step, and ends it', async () => {
    const ground = await testGround()
    const scheduler = startScheduler(ground.context, { tasks: [], runners: [counting], intervalMs: 1_000 })
    const id = await begin(ground)
    await until(() => jobOf(ground, id)?.state === 'succeeded')
    await scheduler.stop()
    assert.equal(jobOf(ground, id)?.done, 3)
    const steps = ground.rows().filter(row => row['operation'] === 'CountStep')
    assert.equal(steps.length, 3)
    assert.ok(steps.every(row => JSON.stringify(row['actor']).includes('system')))
  })

  test('goes on after a restart where the job had come to', async () => {
    const ground = await testGround()
    const id = await begin(ground)
    const once: JobRunner = {
      ...counting,
      step: async (context, call, job) => (job.value.done === 0 ? counting.step(context, call, job) : never()),
    }
    const first = startScheduler(ground.context, { tasks: [], runners: [once], intervalMs: 1_000 })
    ground.clock.advance(0)
    await until(() => jobOf(ground, id)?.done === 1)
    await first.stop()
    const second = startScheduler(ground.context, { tasks: [], runners: [counting], intervalMs: 1_000 })
    ground.clock.advance(0)
    await until(() => jobOf(ground, id)?.state === 'succeeded')
    await second.stop()
    assert.equal(jobOf(ground, id)?.done, 3)
  })

  test('a refusal ends the job as failed, with its code', async () => {
    const ground = await testGround()
    const refusing: JobRunner = {
      kind: 'count',
      operation: 'CountStep',
      step: async () => Promise.reject(new Problem({ code: 'Conflict', details: { message: 'It is in use.' } })),
    }
    const scheduler = startScheduler(ground.context, { tasks: [], runners: [refusing], intervalMs: 1_000 })
    const id = await begin(ground)
    await until(() => jobOf(ground, id)?.state === 'failed')
    await scheduler.stop()
    assert.deepEqual(jobOf(ground, id)?.error, { code: 'Conflict', message: 'It is in use.' })
  })

  test('writes nothing while the lease is another node’s', async () => {
    const ground = await testGround()
    await ground.store.lease('scheduler', 2, 60_000)
    const scheduler = startScheduler(ground.context, { tasks: [], runners: [counting], intervalMs: 1_000 })
    const id = await begin(ground)
    ground.clock.advance(1_000)
    await rested()
    await scheduler.stop()
    assert.equal(jobOf(ground, id)?.done, 0)
  })

  test('removes an ended job when its day is over, and not before', async () => {
    const ground = await testGround()
    const scheduler = startScheduler(ground.context, { tasks: [expireJobs], runners: [counting], intervalMs: 1_000 })
    const id = await begin(ground)
    await until(() => jobOf(ground, id)?.state === 'succeeded')
    ground.clock.advance(keptAfterEndMs - 1_000)
    await rested()
    assert.ok(jobOf(ground, id) !== undefined)
    ground.clock.advance(2_000)
    await until(() => jobOf(ground, id) === undefined)
    await scheduler.stop()
  })

  test('a task that finds nothing to do leaves no entry and is not asked again at once', async () => {
    const ground = await testGround()
    let looks = 0
    const idle: DueTask = {
      family: 'jobs',
      operation: 'IdleLook',
      run: async () => {
        looks += 1
        return Promise.resolve(false)
      },
    }
    await ground.run(asSystem, async call => {
      const job = await startJob(ground.context, call, { compartment: ground.context.instance.installation, kind: 'x', input: {} })
      ground.context.jobs.update(call, job, { ...job.value, state: 'succeeded', dueAt: call.at - 1 })
    })
    const scheduler = startScheduler(ground.context, { tasks: [idle], runners: [], intervalMs: 1_000 })
    for (let beat = 0; beat < 10; beat += 1) {
      ground.clock.advance(1_000)
      await rested()
    }
    await scheduler.stop()
    assert.equal(looks, 1)
    assert.ok(!ground.rows().some(row => row['operation'] === 'IdleLook'))
  })
})

function never(): never {
  throw new Problem({ code: 'Busy', details: { retryAfterSeconds: 1 } })
}
