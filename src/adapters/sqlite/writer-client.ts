// The serving thread's side: holds what a tick brings, sends it in one message, hands each its outcome (performance.md 6.3).
import type { MessagePort } from 'node:worker_threads'
import { heldOperationsMax } from '#model/limits.ts'
import { Problem } from '#model/problem.ts'
import type { Commit, Committed } from '#ports/record-store.ts'
import { StoreFailed } from './failure.ts'
import { packed } from './packed-commits.ts'
import type { RemoteCalls, WriterAccess } from './record-store.ts'
import { receivedOutcome, sentCommit, type FromWriter, type Outcome, type ToWriter } from './writer-messages.ts'

export interface WriterClientOptions {
  /** Called once: the process must end. What is held is rejected, its outcome unknown. */
  readonly onFatal: (cause: StoreFailed) => void
  /** Operations held at once; more are refused as `Busy`. */
  readonly heldMax?: number
}

export interface WriterClient extends WriterAccess {
  /** The writer's thread ended by itself. */
  fail(cause: Error): void
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (cause: Error) => void
}

const retryAfterSeconds = 1

/** Tickets of what was sent and is not answered. */
interface Sending {
  readonly waiting: Map<number, Waiting>
  readonly hold: (commit: Commit) => Promise<Committed>
  readonly ask: (message: (ticket: number) => ToWriter) => Promise<unknown>
}

function sending(post: (message: ToWriter, moved?: ArrayBuffer[]) => void): Sending {
  const waiting = new Map<number, Waiting>()
  let queue: Commit[] = []
  let nextTicket = 0
  const flush = (): void => {
    if (queue.length === 0) return
    const { commits, moved } = packed(queue)
    post({ commits: commits.map(sentCommit), first: nextTicket - queue.length }, moved)
    queue = []
  }
  const wait = (): Promise<unknown> => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    waiting.set(nextTicket, { resolve, reject })
    nextTicket += 1
    return promise
  }
  return {
    waiting,
    hold(commit) {
      if (queue.length === 0) setImmediate(flush)
      queue.push(commit)
      return wait() as Promise<Committed>
    },
    ask(message) {
      // Commits first: a call must find what was handed over before it, and tickets of a message follow each other.
      flush()
      post(message(nextTicket))
      return wait()
    },
  }
}

export function writerClient(port: MessagePort, { onFatal, heldMax = heldOperationsMax }: WriterClientOptions): WriterClient {
  const { waiting, hold, ask } = sending((message, moved = []) => port.postMessage(message, moved))
  let failure: StoreFailed | undefined
  const fail = (cause: Error): void => {
    if (failure !== undefined) return
    failure = cause instanceof StoreFailed ? cause : new StoreFailed(cause.message, { cause })
    for (const one of waiting.values()) one.reject(failure)
    waiting.clear()
    onFatal(failure)
  }
  const askWhileWell = (message: (ticket: number) => ToWriter): Promise<unknown> =>
    failure === undefined ? ask(message) : Promise.reject(failure)
  port.on('message', (message: FromWriter) => settle(message, { waiting, fail }))
  return {
    commit(batch) {
      if (failure !== undefined) return Promise.reject(failure)
      if (waiting.size + batch.length > heldMax) return Promise.reject(new Problem({ code: 'Busy', details: { retryAfterSeconds } }))
      const [only] = batch
      // One a call, nearly always.
      return only !== undefined && batch.length === 1 ? hold(only).then(committed => [committed]) : Promise.all(batch.map(hold))
    },
    calls: remoteCalls(askWhileWell),
    async close() {
      await askWhileWell(ticket => ({ close: true, ticket }))
      port.close()
    },
    fail,
  }
}

interface Settling {
  readonly waiting: Map<number, Waiting>
  readonly fail: (cause: Error) => void
}

function settle(message: FromWriter, { waiting, fail }: Settling): void {
  const take = (ticket: number): Waiting | undefined => {
    const one = waiting.get(ticket)
    waiting.delete(ticket)
    return one
  }
  if ('failed' in message) fail(new StoreFailed(message.failed))
  else if ('committed' in message)
    for (const [place, outcome] of message.committed.entries()) settleOne(take(message.first + place), receivedOutcome(outcome))
  else if ('bug' in message) take(message.ticket)?.reject(new Error(message.bug))
  else take(message.ticket)?.resolve(message.answer)
}

function settleOne(one: Waiting | undefined, outcome: Outcome): void {
  if ('bug' in outcome) one?.reject(new Error(outcome.bug))
  else one?.resolve(outcome)
}

function remoteCalls(ask: (message: (ticket: number) => ToWriter) => Promise<unknown>): RemoteCalls {
  const remote =
    (call: keyof RemoteCalls) =>
    (...parameters: readonly unknown[]): Promise<unknown> =>
      ask(ticket => ({ call, parameters, ticket }))
  return {
    lease: remote('lease'),
    takeEffects: remote('takeEffects'),
    settleEffect: remote('settleEffect'),
    addLeaves: remote('addLeaves'),
    addCheckpoint: remote('addCheckpoint'),
    scrub: remote('scrub'),
  } as RemoteCalls
}
