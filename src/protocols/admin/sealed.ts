import type { z } from 'zod'
import { bodyBytesDefault } from '#model/limits.ts'
import { Problem } from '#model/problem.ts'
import type { Log } from '#ports/log.ts'
import type { Random } from '#ports/random.ts'
import { json, type Answer } from '#protocols/http/answer.ts'
import { parseBody } from '#protocols/http/body.ts'
import type { Pipeline } from '#protocols/http/pipeline.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { headersOf } from './headers.ts'
import { refuse } from './problems.ts'
import { sealProof, type SealProof } from './seal-bodies.ts'

/** What the program can do for its operator while the instance is sealed. */
export interface SealedRuntime {
  status(): Readonly<Record<string, unknown>>
  seals(): Readonly<Record<string, unknown>>
  /** What the instance is instead of active, and why. */
  state(): { readonly state: string; readonly because: string }
  /** Raises `SealRefused`, `Throttled`; resolves when the instance is active and its entry durable. */
  unseal(proof: SealProof): Promise<Readonly<Record<string, unknown>>>
  stop(): void
}

export interface SealedAdminParts {
  readonly runtime: SealedRuntime
  readonly random: Random
  readonly log: Log
}

type Handler = (request: WireRequest) => Promise<Answer>

/**
 * The admin socket of a sealed instance: status, seals, unseal, stop. No entry is written, for the audit is sealed too: an unseal that succeeds has
 * one, which tells how many failed before it, and each failure is logged.
 */
export function createSealedAdmin({ runtime, random, log }: SealedAdminParts): Pipeline {
  const handlers = new Map<string, Handler>([
    ['GET /status', async () => json(200, runtime.status())],
    ['GET /seals', async () => json(200, runtime.seals())],
    ['POST /unseal', async request => json(200, await runtime.unseal(proofIn(request)))],
    [
      'POST /stop',
      async () => {
        runtime.stop()
        return json(202, { stopping: true })
      },
    ],
  ])
  const answer = async (request: WireRequest, problem: Problem | undefined): Promise<Answer> => {
    const requestId = random.uuid()
    try {
      if (problem !== undefined) throw problem
      const handler = handlers.get(`${request.method} ${request.path}`)
      if (handler === undefined) throw new Problem({ code: 'NotReady', details: runtime.state() })
      const answered = await handler(request)
      return { ...answered, headers: { ...headersOf(requestId), ...answered.headers } }
    } catch (error) {
      if (!(error instanceof Problem)) log.error('bug', error, { requestId, operation: 'sealed' })
      const refused = refuse(error, requestId)
      return { ...refused, headers: { ...headersOf(requestId), ...refused.headers } }
    }
  }
  return {
    serves: () => true,
    route: (request, problem) => ({ maximumBytes: bodyBytesDefault, answer: async () => answer(request, problem) }),
  }
}

function proofIn(request: WireRequest): z.output<typeof sealProof> {
  return parseBody({ json: sealProof }, request)
}
