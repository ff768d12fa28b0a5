// The process that has a vendor's module in it (native/token-host.c), from its start to its end.
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { Bytes } from '#model/brands.ts'
import type { Clock } from '#ports/clock.ts'
import type { TokenPlace } from '#ports/tokens.ts'
import { failureOf, tokenFailure } from './failures.ts'
import { answerReader, requestFrame, type Answer, type Verb } from './frames.ts'

export const builtHost = join(import.meta.dirname, '../../../native/build/token-host')

export interface HostParts {
  readonly place: TokenPlace
  readonly clock: Clock
  /** The program. */
  readonly program: string
}

/** Rejects with `TokenFailed`: `lost` for all that are under way when the process ends. The bytes that are given are borrowed. */
export interface TokenHost {
  ask(verb: Verb, fields: readonly Bytes[], deadlineMs: number): Promise<readonly Bytes[]>
  readonly ended: () => boolean
  end(): void
}

interface Waiting {
  resolve(fields: readonly Bytes[]): void
  reject(cause: Error): void
  cancel(): void
}

type Child = ChildProcessByStdio<Writable, Readable, null>

/** Nothing secret is in its arguments or its surroundings. It hears no signals but the last, and ends when this process does. */
export function startTokenHost({ place, clock, program }: HostParts): TokenHost {
  const waiting = new Map<number, Waiting>()
  const child: Child = spawn(program, [], { stdio: ['pipe', 'pipe', 'ignore'], cwd: '/' })
  const state = { ended: false, missing: false, next: 1 }
  const over = (): void => {
    if (state.ended) return
    state.ended = true
    child.kill('SIGKILL')
    for (const one of waiting.values()) {
      one.cancel()
      one.reject(tokenFailure(state.missing ? 'hostMissing' : 'lost', place))
    }
    waiting.clear()
  }
  child.on('error', error => {
    state.missing = 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES')
    over()
  })
  child.on('exit', over)
  for (const pipe of [child.stdin, child.stdout]) pipe.on('error', over)
  const read = answerReader(answer => settle(waiting, answer, place))
  child.stdout.on('data', (chunk: Buffer) => {
    try {
      read(chunk)
    } catch {
      over()
    }
  })
  return {
    ended: () => state.ended,
    end: over,
    async ask(verb, fields, deadlineMs) {
      if (state.ended) throw tokenFailure('lost', place)
      const number = state.next
      state.next = (state.next + 1) >>> 0
      const { promise, resolve, reject } = Promise.withResolvers<readonly Bytes[]>()
      const cancel = clock.after(deadlineMs, () => {
        waiting.delete(number)
        reject(tokenFailure('timeout', place))
        // What hangs in a module cannot be called back: the process goes, with whatever else it was doing.
        over()
      })
      waiting.set(number, { resolve, reject, cancel })
      const frame = requestFrame(number, verb, fields)
      child.stdin.write(frame, () => frame.fill(0))
      return promise
    },
  }
}

function settle(waiting: Map<number, Waiting>, answer: Answer, place: TokenPlace): void {
  const one = waiting.get(answer.number)
  if (one === undefined) throw new Error('an answer that nobody waits for')
  waiting.delete(answer.number)
  one.cancel()
  if (answer.by === 'done') one.resolve(answer.fields)
  else one.reject(failureOf(answer, place))
}
