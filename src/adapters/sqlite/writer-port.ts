// The writer thread's side: takes whatever is queued and commits it once, without a timer (performance.md 6.2, 6.3).
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { groupBytesMax, groupCommitsMax } from '#model/limits.ts'
import type { Commit } from '#ports/record-store.ts'
import { StoreFailed } from './failure.ts'
import { sealedBytesOf } from './packed-commits.ts'
import { receivedCommit, sentOutcome, type FromWriter, type Outcome, type ToWriter } from './writer-messages.ts'
import type { Writer } from './writer.ts'

/** Serves a port until it is told to close, or until the store fails. */
export function serveWriter(port: MessagePort, writer: Writer): void {
  const post = (message: FromWriter): void => port.postMessage(message)
  let over = false
  // Something was shredded, and the log still holds what it was.
  let owed = false
  port.on('message', (first: ToWriter) => {
    if (over) return
    try {
      const messages = drained(first, port)
      over = handle(messages, { writer, post })
      owed = !over && scrubbed(writer, owed || messages.some(shreds))
    } catch (cause) {
      // Nothing after this may be answered: the kernel may have dropped what SQLite believes written.
      over = true
      post({ failed: cause instanceof Error ? cause.message : 'unknown' })
    }
    if (over) port.close()
  })
}

const shreds = (message: ToWriter): boolean =>
  'commits' in message &&
  message.commits.some(
    sent =>
      'writes' in sent && sent.writes.some(write => 'removeMaterial' in write || 'removeTerm' in write || 'removeCompartment' in write),
  )

/** Cuts the log where that is due, after the answers have left; answers whether it is still owed: a reader of one moment can hold it up. */
function scrubbed(writer: Writer, due: boolean): boolean {
  if (!due) return false
  try {
    writer.calls.scrub()
    return false
  } catch (cause) {
    if (cause instanceof StoreFailed) throw cause
    return true
  }
}

function drained(first: ToWriter, port: MessagePort): readonly ToWriter[] {
  const messages = [first]
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) messages.push(next.message as ToWriter)
  return messages
}

interface Serving {
  readonly writer: Writer
  readonly post: (message: FromWriter) => void
}

interface Queued {
  readonly commit: Commit
  readonly ticket: number
}

/** In the order they came; answers whether it was told to close. */
function handle(messages: readonly ToWriter[], serving: Serving): boolean {
  let queued: Queued[] = []
  const flush = (): void => {
    for (const group of groups(queued)) commitGroup(group, serving)
    queued = []
  }
  for (const message of messages) {
    if ('commits' in message) {
      for (const [place, sent] of message.commits.entries()) queued.push({ commit: receivedCommit(sent), ticket: message.first + place })
      continue
    }
    flush()
    if ('close' in message) {
      serving.writer[Symbol.dispose]()
      serving.post({ answer: undefined, ticket: message.ticket })
      return true
    }
    answerCall(message, serving)
  }
  flush()
  return false
}

function answerCall({ call, parameters, ticket }: Extract<ToWriter, { readonly call: unknown }>, { writer, post }: Serving): void {
  try {
    const run = writer.calls[call] as (...given: readonly unknown[]) => unknown
    post({ answer: run(...parameters), ticket })
  } catch (cause) {
    if (cause instanceof StoreFailed) throw cause
    post({ bug: textOf(cause), ticket })
  }
}

/** At most 512 commits or 256 KiB each, but at least one. */
export function* groups(queued: readonly Queued[]): Generator<readonly Queued[]> {
  let group: Queued[] = []
  let bytes = 0
  for (const one of queued) {
    const size = bytesOf(one.commit)
    if (group.length > 0 && (group.length === groupCommitsMax || bytes + size > groupBytesMax)) {
      yield group
      group = []
      bytes = 0
    }
    group.push(one)
    bytes += size
  }
  if (group.length > 0) yield group
}

function commitGroup(group: readonly Queued[], { writer, post }: Serving): void {
  const outcomes = tryBatch(
    writer,
    group.map(({ commit }) => commit),
  )
  // Tickets of one group follow each other but where messages of two ticks met a call between them: one answer for each run of them.
  let start = 0
  for (let end = 1; end <= group.length; end += 1) {
    if (end < group.length && group[end]?.ticket === (group[end - 1]?.ticket ?? 0) + 1) continue
    post({ committed: outcomes.slice(start, end).map(sentOutcome), first: group[start]?.ticket ?? 0 })
    start = end
  }
}

/** One that throws (a bug) spoils the transaction of all: then each goes alone, and only it is refused. */
function tryBatch(writer: Writer, commits: readonly Commit[]): readonly Outcome[] {
  try {
    return writer.commitBatch(commits)
  } catch (cause) {
    if (cause instanceof StoreFailed) throw cause
    if (commits.length === 1) return [{ bug: textOf(cause) }]
    return commits.flatMap(commit => tryBatch(writer, [commit]))
  }
}

const textOf = (cause: unknown): string => (cause instanceof Error ? (cause.stack ?? cause.message) : 'unknown')

/** What a write takes beside its bytes, about. */
const writeBytes = 64

function bytesOf(commit: Commit): number {
  let bytes = sealedBytesOf(commit) + commit.writes.length * writeBytes
  for (const entry of commit.entries) bytes += entry.length
  return bytes
}
