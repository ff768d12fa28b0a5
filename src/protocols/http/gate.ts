import type { Problem } from '#model/problem.ts'
import type { Answer } from './answer.ts'
import type { Pipeline, Routed } from './pipeline.ts'
import { addressOf } from './protocol.ts'
import type { WireRequest } from './request.ts'

/** A wire that outlives the seal: the same to its listener, whatever stands behind it. */
export interface Gate extends Pipeline {
  /** From now on that pipeline answers. */
  open(pipeline: Pipeline): void
  /** From now on the sealed one answers, also for whoever was let in and is not answered in time. */
  shut(): void
  /** Resolves when nobody who was let in is without an answer. */
  idle(): Promise<void>
  /** How many were sent away since it was shut last. */
  sentAway(): number
}

/** A request and the way that its path named, which was found before its body came. */
interface Visitor {
  readonly request: WireRequest
  readonly problem: Problem | undefined
  readonly pipeline: Pipeline
  readonly routed: Routed
}

const answerOf = async (routed: Routed | Promise<Routed>): Promise<Answer> => (await routed).answer()

/** Shut at first. */
export function createGate(sealed: Pipeline): Gate {
  const inside = createCount()
  const state = { current: sealed, away: 0 }

  async function sendAway({ request, problem }: Visitor): Promise<Answer> {
    state.away += 1
    return answerOf(sealed.route(request, problem))
  }
  async function letIn(visitor: Visitor): Promise<Answer> {
    const { current } = state
    if (current === sealed) return sendAway(visitor)
    const { request, problem, pipeline, routed } = visitor
    inside.enter()
    try {
      const answer = await (pipeline === current ? routed.answer() : answerOf(current.route(request, problem)))
      // Its keys went away under it: no bug, and no answer of an instance that is sealed.
      return answer.status === 500 && state.current !== current ? await sendAway(visitor) : answer
    } catch (error) {
      if (state.current !== current) return await sendAway(visitor)
      throw error
    } finally {
      inside.leave()
    }
  }

  return {
    ...addressOf(sealed),
    route(request, problem) {
      const pipeline = state.current
      const gated = (routed: Routed): Routed => ({
        maximumBytes: routed.maximumBytes,
        streams: routed.streams,
        answer: () => letIn({ request, problem, pipeline, routed }),
      })
      const routed = pipeline.route(request, problem)
      return routed instanceof Promise ? routed.then(gated) : gated(routed)
    },
    open(pipeline) {
      state.current = pipeline
    },
    shut() {
      state.away = 0
      state.current = sealed
    },
    idle: async () => inside.empty(),
    sentAway: () => state.away,
  }
}

/** How many are at work, and when nobody is. */
function createCount() {
  let count = 0
  const waiting: (() => void)[] = []
  return {
    enter(): void {
      count += 1
    },
    leave(): void {
      count -= 1
      if (count === 0) for (const resolve of waiting.splice(0)) resolve()
    },
    async empty(): Promise<void> {
      if (count === 0) return
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push(resolve)
      await promise
    },
  }
}
