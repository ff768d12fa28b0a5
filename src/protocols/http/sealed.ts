import type { Context } from '#domain/context.ts'
import { beginCall, keepsake } from '#domain/call.ts'
import type { Instance } from '#domain/instance.ts'
import { seq } from '#model/brands.ts'
import { bodyBytesDefault } from '#model/limits.ts'
import { anonymous } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { Clock } from '#ports/clock.ts'
import type { Random } from '#ports/random.ts'
import type { Answer } from './answer.ts'
import type { Pipeline } from './pipeline.ts'
import { addressOf, type Protocol } from './protocol.ts'
import type { WireRequest } from './request.ts'

export interface SealedParts {
  readonly instance: Instance
  readonly clock: Clock
  readonly random: Random
  /** What the instance is instead of active. */
  readonly state: () => string
}

/**
 * A wire whose instance is sealed: to everything it says in its own words that the service is unavailable, with Retry-After and from no cache
 * (security-and-reliability.md 2.7). Nothing is looked up, nobody is asked who he is, and nothing is entered: the audit is sealed too.
 */
export function createSealedPipeline<Site>(parts: SealedParts, protocol: Protocol<Context, Site>): Pipeline {
  return {
    ...addressOf(protocol),
    route: request => ({
      maximumBytes: bodyBytesDefault,
      answer: async () => unavailable(parts, protocol, request),
    }),
  }
}

function unavailable<Site>(parts: SealedParts, protocol: Protocol<Context, Site>, request: WireRequest): Answer {
  const { instance, clock, random } = parts
  using kept = keepsake()
  const requestId = random.uuid()
  const call = beginCall({
    source: { requestId, plane: protocol.plane },
    at: clock.now(),
    decidedAt: seq(0),
    operation: 'Unavailable',
    resource: '',
    who: anonymous,
    keepsake: kept,
  })
  // Of what a wire may lean on, the instance is all there is.
  const speaking = { instance }
  const error = new Problem({ code: 'NotReady', details: { state: parts.state() } })
  const answer = protocol.refuse(speaking, { error, request, requestId, call, site: undefined })
  return { ...answer, headers: { ...protocol.headers(speaking, { request, requestId }), ...answer.headers } }
}
