import { bodyBytesDefault, requestDeadlineMs } from '#model/limits.ts'
import { anonymous } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import { beginCall, type Source } from '#domain/call.ts'
import { perform } from '#domain/perform.ts'
import type { Answer } from './answer.ts'
import type { Body, Operation } from './operation.ts'
import { addressOf, type Address, type Protocol } from './protocol.ts'
import type { WireRequest } from './request.ts'
import { createRouter, type Route } from './router.ts'
import { walk, type PipelineContext } from './walk.ts'

/** A request that was routed: its body can be collected to the operation's limit. */
export interface Routed {
  readonly maximumBytes: number
  /** The body is not collected: the operation takes it as it comes. */
  readonly streams?: boolean | undefined
  answer(): Promise<Answer>
}

export interface Pipeline extends Address {
  /** `problem`: the request was malformed before it could be routed. A promise: the wire is being loaded; rejects where it cannot be. */
  route(request: WireRequest, problem?: Problem): Routed | Promise<Routed>
}

/** One whose operations are there. */
export interface StandingPipeline extends Pipeline {
  route(request: WireRequest, problem?: Problem): Routed
}

const bodyLimit = (body: Body): number => ('maximumBytes' in body ? body.maximumBytes : undefined) ?? bodyBytesDefault

const nothingTaken = { maximumBytes: bodyBytesDefault }
const taking = (body: Body): Omit<Routed, 'answer'> => ({ maximumBytes: bodyLimit(body), streams: 'stream' in body })

/** One natural way through: locate → authenticate → admit → version → path → permit → body → verb → commit → send. */
export function createPipeline<Context extends PipelineContext, Site>(
  context: Context,
  protocol: Protocol<Context, Site>,
): StandingPipeline {
  const find = createFinder(protocol)
  const maximumBytes = Math.max(bodyBytesDefault, ...protocol.operations.map(({ body }) => bodyLimit(body)))
  const { ground } = context

  async function answer(request: WireRequest, routed: Found<Context, Site>): Promise<Answer> {
    const requestId = ground.random.uuid()
    const state: { site: Site | undefined } = { site: undefined }
    const operation = routed.route.found === 'operation' ? routed.route.operation : undefined
    const operationName = operation?.name ?? 'Unknown'
    const startedAt = ground.clock.monotonic()
    const answered = await perform<Answer>(ground, {
      essential: operation?.essential,
      open: operation?.open,
      deadlineAt: startedAt + requestDeadlineMs,
      waitedMs: () => request.waitedMs,
      begin: (decidedAt, keepsake) => {
        const source = sourceOf(request, { requestId, plane: protocol.plane, correlationId: protocol.correlationId(request) })
        const resource = `https://${request.host}${request.path}`
        return beginCall({ source, at: ground.clock.now(), decidedAt, operation: operationName, resource, who: anonymous, keepsake })
      },
      run: call =>
        routed.problem === undefined
          ? walk({ context, protocol, route: routed.route, state }, call, request)
          : Promise.reject(routed.problem),
      refuse: (call, error) => {
        if (!(error instanceof Problem)) context.log.error('bug', error, { requestId, operation: operationName })
        return protocol.refuse(context, { error, request, requestId, call, site: state.site })
      },
    })
    const headers = { ...protocol.headers(context, { request, requestId }), ...allowed(routed.route, answered), ...answered.headers }
    return { ...answered, headers }
  }

  return {
    ...addressOf(protocol),
    route(request, problem) {
      const answerOf = (route: Route<Operation<Context, Site>>) => () => answer(request, { route, problem })
      if (protocol.readPath !== undefined) Object.assign(request, { segments: protocol.readPath(request.segments, request.path) })
      if (problem !== undefined) return { maximumBytes: bodyBytesDefault, answer: answerOf({ found: 'nothing' }) }
      if (protocol.nameInBody === true) return { maximumBytes, answer: () => answer(request, { route: find(request), problem }) }
      const route = find(request)
      return { ...(route.found === 'operation' ? taking(route.operation.body) : nothingTaken), answer: answerOf(route) }
    },
  }
}

interface Found<Context, Site> {
  readonly route: Route<Operation<Context, Site>>
  readonly problem: Problem | undefined
}

type Finder<Context, Site> = (request: WireRequest) => Route<Operation<Context, Site>>

/** By path and method, or as the wire itself names its operations. */
function createFinder<Context, Site>(protocol: Protocol<Context, Site>): Finder<Context, Site> {
  const { named } = protocol
  const router = createRouter(protocol.operations)
  if (named === undefined)
    return ({ method, segments }) => (protocol.absent?.(segments) === true ? { found: 'nothing' } : router(method, segments))
  const byName = new Map(protocol.operations.map(operation => [operation.name, operation]))
  return request => {
    try {
      const { name, params = {} } = named(request)
      const operation = byName.get(name)
      if (operation === undefined) throw new Problem({ code: 'UnknownAction', details: { action: name } })
      return { found: 'operation', operation, params }
    } catch (problem) {
      if (problem instanceof Problem) return { found: 'nothing', problem }
      throw problem
    }
  }
}

/** The methods that the path has instead (RFC 9110 15.5.6). */
const allowed = (route: Route<unknown>, { status }: Answer) =>
  status === 405 && route.found === 'other-methods' && { allow: route.methods.join(', ') }

function sourceOf(
  request: WireRequest,
  own: { readonly requestId: string; readonly plane: string; readonly correlationId: string | undefined },
): Source {
  const { requestId, plane, correlationId } = own
  const userAgent = request.header('user-agent')
  return {
    requestId,
    plane,
    sourceIp: request.remoteAddress,
    ...(correlationId !== undefined && { correlationId }),
    ...(userAgent !== undefined && { userAgent }),
  }
}
