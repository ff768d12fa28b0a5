// The program of the disks: a worker thread that owns the chunk files, the sector ciphers and the NBD socket. Everything else it asks the
// control plane for by message (ports/export-control.ts); the only thing shared is the memory of the key leases.
import assert from 'node:assert/strict'
import { parentPort, workerData } from 'node:worker_threads'
import { fileBlockStore } from '#adapters/files/block-store.ts'
import { loadNative } from '#adapters/native/native.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { lyingDisks } from '#domain/disks/lying-disks.ts'
import { ServedDisks } from '#domain/disks/served-disks.ts'
import type { ExportControl } from '#ports/export-control.ts'
import type { Log } from '#ports/log.ts'
import { nbdServer } from '#protocols/nbd/server.ts'
import { disksStart, toDisks } from './disk-messages.ts'
import type { FromDisks, ToDisks } from './disk-messages.ts'

/** Leases are looked at this often; a request looks for itself. */
const tickMs = 250
/** What clients do not flush is durable after so long. */
const writeBackMs = 5_000

assert(parentPort !== null, 'disks.ts is a worker')
const port = parentPort
const { dataDir, socketPath } = disksStart.parse(workerData)

const say = (message: FromDisks): void => {
  port.postMessage(message)
}

const sayLog = (
  level: 'info' | 'warn' | 'error',
  event: string,
  more: { readonly cause?: unknown; readonly disk?: unknown } = {},
): void => {
  const cause = more.cause instanceof Error ? (more.cause.stack ?? more.cause.message) : ''
  say({ say: 'log', level, event, cause, disk: typeof more.disk === 'string' ? more.disk : '' })
}

const log: Log = {
  info: (event, fields) => {
    sayLog('info', event, { disk: fields?.['disk'] })
  },
  warn: (event, fields) => {
    sayLog('warn', event, { disk: fields?.['disk'] })
  },
  error: (event, cause, fields) => {
    sayLog('error', event, { cause, disk: fields?.['disk'] })
  },
}

/** Questions that wait for their answers, by number. */
const waiting = new Map<number, (answer: ToDisks) => void>()
let questions = 0

function ask(question: (id: number) => FromDisks): Promise<ToDisks> {
  questions += 1
  const id = questions
  return new Promise(resolve => {
    waiting.set(id, resolve)
    say(question(id))
  })
}

const control: ExportControl = {
  async open(request) {
    const answer = await ask(id => ({ say: 'open', id, request }))
    return answer.say === 'opened' ? answer.answer : { refused: 'unavailable', why: 'the control plane could not decide' }
  },
  async report(name, what, why) {
    await ask(id => ({ say: 'report', id, name, what, why }))
  },
}

const store = fileBlockStore(dataDir)
const { openSectorCipher: openCipher, setSendRoom } = loadNative()
const disks = new ServedDisks({ control, store, openCipher, clock: systemClock, log })
const lying = lyingDisks({ served: disks, store, openCipher, clock: systemClock })
const server = nbdServer({
  disks,
  setSendRoom,
  onFailure: cause => {
    log.error('disk.request-failed', cause)
  },
})

const ticking = setInterval(() => {
  disks.tick()
}, tickMs)
const writingBack = setInterval(() => {
  void disks.writeBack()
}, writeBackMs)

async function stop(): Promise<void> {
  clearInterval(ticking)
  clearInterval(writingBack)
  await server.close()
  await disks.stop('the instance stops')
}

type Order = Exclude<ToDisks, { readonly say: 'opened' | 'failed' | 'reported' }>
type Results = Pick<Extract<FromDisks, { readonly say: 'done' }>, 'next' | 'unconfirmed'>

async function obey(message: Order): Promise<Results> {
  if (message.say === 'recrypt') return { next: await lying.recrypt(message) }
  if (message.say === 'unconfirmed') return { unconfirmed: await lying.unconfirmed() }
  if (message.say === 'offer') server.offer(message.name)
  else if (message.say === 'close') await disks.close(message.name, message.why)
  else if (message.say === 'remove') await disks.remove(message.diskId)
  else if (message.say === 'fork') await lying.fork(message.from, message.to)
  else if (message.say === 'confirm') await lying.confirm(message.diskId)
  else await stop()
  return {}
}

async function hear(message: ToDisks): Promise<void> {
  if (message.say === 'opened' || message.say === 'failed' || message.say === 'reported') {
    waiting.get(message.id)?.(message)
    waiting.delete(message.id)
    return
  }
  try {
    say({ say: 'done', id: message.id, ...(await obey(message)) })
  } catch (cause) {
    log.error('disk.order-failed', cause)
    say({ say: 'done', id: message.id, error: `could not ${message.say}` })
  }
  if (message.say === 'stop') port.close()
}

port.on('message', (message: unknown) => {
  void hear(toDisks.parse(message))
})
await server.listen(socketPath)
say({ say: 'listening' })
