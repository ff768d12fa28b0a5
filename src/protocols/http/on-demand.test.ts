import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import type { Answer } from './answer.ts'
import { createGate } from './gate.ts'
import { createLazyPipeline, onDemand } from './on-demand.ts'
import type { Pipeline } from './pipeline.ts'
import type { WireRequest } from './request.ts'
import { createSocketServer } from './server.ts'
import { ask } from './testing.ts'

const address = { serves: (hostname: string) => hostname === 'here' }
const asked = async (pipeline: Pipeline): Promise<string> => (await ask(pipeline, { url: 'https://here/' })).text

function house(answer: (request: WireRequest) => Promise<Answer>, streams = false): Pipeline {
  return { ...address, route: asking => ({ maximumBytes: 1_000, streams, answer: async () => answer(asking) }) }
}
const saying = (body: string): Pipeline => house(async () => ({ status: 200, body }))

/** A wire whose loading ends when it is told to. */
function slow() {
  const loads: ReturnType<typeof Promise.withResolvers<Pipeline>>[] = []
  const pipeline = createLazyPipeline(address, async () => {
    const load = Promise.withResolvers<Pipeline>()
    loads.push(load)
    return load.promise
  })
  return { loads, pipeline }
}

/** Over a real socket; what the server logs is kept. */
async function serving(t: { after(run: () => void): void }, pipeline: Pipeline) {
  const folder = mkdtempSync(join(tmpdir(), 'on-demand-'))
  const socketPath = join(folder, 's')
  const errors: string[] = []
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (event: string, cause: unknown) => errors.push(`${event} ${cause instanceof Error ? cause.message : ''}`),
  }
  const server = createSocketServer({ pipeline, log })
  const left = { connections: 0 }
  server.on('connection', socket => socket.on('close', () => (left.connections += 1)))
  server.listen(socketPath)
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true })
  })
  async function send(method: string, body?: Buffer, headers: Readonly<Record<string, string>> = {}): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const sending = request({ socketPath, path: '/', method, headers: { host: 'here', ...headers } }, resolve).on('error', reject)
    if (headers['expect'] === undefined) sending.end(body)
    else sending.on('continue', () => sending.end(body)).flushHeaders()
    return promise
  }
  return { errors, left, send, socketPath }
}

/** Until something has been seen that events bring about. */
async function until(seen: () => boolean): Promise<void> {
  const end = performance.now() + 10_000
  while (!seen()) {
    assert(performance.now() < end, 'it never came')
    await new Promise(setImmediate)
  }
}

describe('what is made on demand', () => {
  test('is not made before somebody asks, and then once for all who ask meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<object>()
    const calls: number[] = []
    const get = onDemand(async () => {
      calls.push(1)
      return promise
    })
    assert.equal(calls.length, 0)
    const [one, two] = [get(), get()]
    assert(one instanceof Promise && two instanceof Promise)
    const made = {}
    resolve(made)
    assert.deepEqual([(await one) === made, (await two) === made, get() === made, calls.length], [true, true, true, 1])
  })

  test('is tried again by whoever asks after a failure, and nobody waits twice', async () => {
    let failing = true
    const get = onDemand(async () => {
      if (failing) throw new Error('not there')
      return { there: true }
    })
    const both = await Promise.allSettled([get(), get()])
    assert.deepEqual(
      both.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    failing = false
    assert.deepEqual(await get(), { there: true })
    assert(!(get() instanceof Promise))
  })
})

describe('a wire that is loaded when its first request comes', () => {
  test('has its address at once; the first request waits, the next is routed without a wait', async () => {
    const { loads, pipeline } = slow()
    assert(pipeline.serves('here') && !pipeline.serves('there'))
    assert.equal(createLazyPipeline({ ...address, ownPath: true }, async () => saying('')).ownPath, true)
    assert.equal(loads.length, 0, 'asking for the address loads nothing')
    const both = [asked(pipeline), asked(pipeline)]
    assert.equal(loads.length, 1)
    loads[0]?.resolve(saying('one'))
    assert.deepEqual(await Promise.all(both), ['one', 'one'])
    const taken: unknown[] = []
    const watched: Pipeline = { ...address, route: (...at) => (taken.push(pipeline.route(...at)), pipeline.route(...at)) }
    assert.equal(await asked(watched), 'one')
    assert(!(taken[0] instanceof Promise))
  })

  test('that cannot be loaded closes the connection, is logged, and is tried again', async t => {
    const { loads, pipeline } = slow()
    const { errors, send } = await serving(t, createGate(pipeline))
    const refused = assert.rejects(send('GET'), { code: 'ECONNRESET' })
    await until(() => loads.length === 1)
    loads[0]?.reject(new Error('a file is gone'))
    await refused
    assert.deepEqual(errors, ['request-failed a file is gone'])
    const answered = send('GET')
    await until(() => loads.length === 2)
    loads[1]?.resolve(saying('there again'))
    assert.equal(await text(await answered), 'there again')
  })

  test('takes the body that came while it was loaded: to its own limit, or as it comes', async t => {
    for (const streams of [false, true]) {
      const { loads, pipeline } = slow()
      const { send } = await serving(t, createGate(pipeline))
      const sent = Buffer.alloc(300_000, 'x')
      const answers = [send('POST', sent), send('PUT', sent, { expect: '100-continue', 'content-length': sent.length.toString() })]
      await until(() => loads.length === 1)
      loads[0]?.resolve(
        house(async ({ incoming, body, bodyTooLong }) => {
          const taken = incoming === undefined ? body : Buffer.concat(await Array.fromAsync(incoming))
          return { status: bodyTooLong ? 413 : 200, body: `${taken?.length}` }
        }, streams),
      )
      for (const answer of await Promise.all(answers))
        assert.deepEqual([answer.statusCode, await text(answer)], streams ? [200, '300000'] : [413, 'undefined'])
    }
  })

  test('answers HEAD without a body, and sends a body as it is read', async t => {
    const { loads, pipeline } = slow()
    const { send } = await serving(t, createGate(pipeline))
    const answers = [send('HEAD'), send('GET')] as const
    await until(() => loads.length === 1)
    async function* pieces() {
      yield Buffer.from('in ')
      yield Buffer.from('pieces')
    }
    loads[0]?.resolve(house(async () => ({ status: 200, body: { length: 9, pieces: pieces() } })))
    const [head, get] = await Promise.all(answers)
    assert.deepEqual([head.headers['content-length'], await text(head), await text(get)], ['9', '', 'in pieces'])
  })

  test('does nothing for a client that left meanwhile', async t => {
    const { loads, pipeline } = slow()
    const seen: string[] = []
    const { errors, left, send, socketPath } = await serving(t, createGate(pipeline))
    const leaving = connect(socketPath)
    leaving.write('POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\nhalf')
    await until(() => loads.length === 1)
    leaving.destroy()
    await until(() => left.connections === 1)
    const staying = send('GET')
    loads[0]?.resolve(
      house(async ({ method }) => {
        seen.push(method)
        return { status: 200, body: 'here' }
      }, true),
    )
    assert.equal(await text(await staying), 'here')
    assert.deepEqual([seen, errors], [['GET'], []])
  })
})

describe('the gate before such a wire', () => {
  test('loads it for its own words while it is shut', async () => {
    const { loads, pipeline } = slow()
    const gate = createGate(pipeline)
    const sentAway = asked(gate)
    loads[0]?.resolve(saying('sealed, in my words'))
    assert.equal(await sentAway, 'sealed, in my words')
    assert.equal(gate.sentAway(), 1)
  })

  test('lets in by what stands there when the wire is there', async () => {
    const [sealed, within] = [slow(), slow()]
    const gate = createGate(sealed.pipeline)
    const early = asked(gate)
    gate.open(within.pipeline)
    sealed.loads[0]?.resolve(saying('sealed'))
    await until(() => within.loads.length === 1)
    const order: string[] = []
    const idle = gate.idle().then(() => order.push('idle'))
    within.loads[0]?.resolve(
      house(async () => {
        order.push('answered')
        return { status: 200, body: 'within' }
      }),
    )
    assert.equal(await early, 'within')
    await idle
    assert.deepEqual(order, ['answered', 'idle'], 'whoever is let in is waited for, the loading included')
    const late = slow()
    gate.open(late.pipeline)
    const shutOut = asked(gate)
    gate.shut()
    late.loads[0]?.resolve(saying('within'))
    assert.equal(await shutOut, 'sealed')
    assert.equal(gate.sentAway(), 1)
  })
})
