import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { webhookReceiver, type Received, type Receiver } from '#adapters/outgoing/webhook-testing.ts'
import { removeInstance, startInstance, type Instance } from './instance.ts'

const added = z.object({ name: z.string(), secret: z.string().startsWith('whsec_') })
const told = z.object({
  type: z.literal('alarm'),
  alarm: z.string(),
  timestamp: z.string(),
  record: z.looseObject({ operation: z.string() }),
})
const listed = z.object({ alarms: z.array(z.object({ name: z.string(), lastRungAt: z.string().optional() })) })

let instance: Instance
let receiver: Receiver
let caFile = ''
before(async () => {
  receiver = await webhookReceiver()
  instance = await startInstance()
  caFile = join(instance.dir, 'receiver.pem')
  writeFileSync(caFile, receiver.ca)
})
after(async () => {
  await instance.stop()
  assert(!(await removeInstance(instance)))
  await receiver[Symbol.asyncDispose]()
})

const add = async (name: string, ...words: readonly string[]) =>
  added.parse(await instance.ask('alarm', 'add', name, ...words, '--webhook', receiver.url, '--webhook-ca', caFile))

function verified({ headers, body }: Received, secret: string): z.output<typeof told> {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signed = createHmac('sha256', key).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`).digest('base64')
  assert.equal(headers['webhook-signature'], `v1,${signed}`)
  return told.parse(JSON.parse(body))
}

describe('alarms of a running instance', { timeout: 120_000 }, () => {
  test('ring within two seconds, and again for what was not taken before the power went', async () => {
    const { secret } = await add('new-app', '--event', 'ApplicationAdd')
    const from = receiver.received.length
    const begun = performance.now()
    await instance.run('app', 'add', 'one')
    const first = verified(await receiver.message(from), secret)
    // A command of ours takes its time to start; from the entry on it is two seconds.
    assert(performance.now() - begun < 10_000)
    assert.deepEqual([first.alarm, first.record.operation], ['new-app', 'ApplicationAdd'])
    receiver.refuse(1_000)
    await instance.run('app', 'add', 'two')
    const refused = await receiver.message(from + 1)
    await instance.kill()
    receiver.refuse(0)
    const tried = receiver.received.length
    await instance.start()
    const id = refused.headers['webhook-id']
    for (let at = tried; ; at += 1) {
      const one = await receiver.message(at)
      verified(one, secret)
      if (one.headers['webhook-id'] === id) break
    }
  })

  test('are tested, listed without their secret, and removed', async () => {
    const { secret } = await add('tried', '--denied-more-than', '3', '--within', '1m')
    assert.deepEqual(z.object({ taken: z.literal(true) }).parse(await instance.ask('alarm', 'test', 'tried')), { taken: true })
    const { stdout } = await instance.run('alarm', 'list', '--json')
    assert(listed.parse(JSON.parse(stdout)).alarms.some(({ name }) => name === 'tried') && !stdout.includes(secret.slice(6)))
    assert(!(await instance.run('audit', 'query', '--json')).stdout.includes(secret.slice(6)))
    assert.equal((await instance.run('alarm', 'remove', 'tried')).code, 0)
    assert.notEqual((await instance.run('alarm', 'remove', 'tried')).code, 0)
  })

  test('are refused where they would ring for everything, nowhere, or in the clear', async () => {
    for (const words of [
      ['--webhook', receiver.url],
      ['--event', 'ApplicationAdd'],
      ['--event', 'ApplicationAdd', '--webhook', 'http://127.0.0.1/a'],
    ])
      assert.notEqual((await instance.run('alarm', 'add', 'wrong', ...words)).code, 0, words.join(' '))
  })
})
