import { bodyBytesDefault, requestDeadlineMs } from '#model/limits.ts'
import { anonymous } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import { beginCall, type Source } from '#domain/call.ts'
import { perform } from '#domain/perform.ts'
import type { Answer } from './answer.ts'
import type { Body, Operation } from './operation.ts'
import type { Protocol } from './protocol.ts'
import type { WireRequest } from './request.ts'
import { createRouter, type Route } from './router.ts'
import { walk, type PipelineContext } from './walk.ts'

/** A request that was routed: its body can be collected to the operation's limit. */
export interface Routed {
  readonly maximumBytes: number
  answer(): Promise<Answer>
}

export interface Pipeline {
  serves(hostname: string): boolean
  /** `problem`: the request was malformed before it could be routed. */
  route(request: WireRequest, problem?: Problem): Routed
}

const bodyLimit = (body: Body): number => ('none' in body ? bodyBytesDefault : (body.maximumBytes ?? bodyBytesDefault))

/** One natural way through: locate → authenticate → admit → version → path → permit → body → verb → commit → send. */
export function createPipeline<Context extends PipelineContext, Site>(context: Context, protocol: Protocol<Context, Site>): Pipeline {
  const router = createRouter(protocol.operations)
  const { ground } = context

  async function answer(
    request: WireRequest,
    routed: { route: Route<Operation<Context, Site>>; problem: Problem | undefined },
  ): Promise<Answer> {
    const requestId = ground.random.uuid()
    const state: { site: Site | undefined } = { site: undefined }
    const operationName = routed.route.found === 'operation' ? routed.route.operation.name : 'Unknown'
    const essential = routed.route.found === 'operation' && routed.route.operation.essential === true
    const answered = await perform<Answer>(ground, {
      ...(essential && { essential }),
      deadlineAt: ground.clock.monotonic() + requestDeadlineMs,
      begin: (decidedAt, keepsake) =>
        beginCall({
          source: sourceOf(request, { requestId, plane: protocol.plane, correlationId: protocol.correlationId(request) }),
          at: ground.clock.now(),
          decidedAt,
          operation: operationName,
          resource: `https://${request.host}${request.path}`,
          who: anonymous,
          keepsake,
        }),
      run: async call => {
        if (routed.problem !== undefined) throw routed.problem
        return walk({ context, protocol, route: routed.route, state }, call, request)
      },
      refuse: (call, error) => {
        if (!(error instanceof Problem)) context.log.error('bug', error, { requestId, operation: operationName })
        return protocol.refuse(context, { error, request, requestId, call, site: state.site })
      },
    })
    const named = { ...protocol.headers(context, { request, requestId }), ...allowed(routed.route, answered) }
    return { ...answered, headers: { ...named, ...answered.headers } }
  }

  return {
    serves: hostname => protocol.serves(hostname),
    route(request, problem) {
      if (protocol.readPath !== undefined) Object.assign(request, { segments: protocol.readPath(request.segments) })
      const route: Route<Operation<Context, Site>> = problem === undefined ? router(request.method, request.segments) : { found: 'nothing' }
      return {
        maximumBytes: route.found === 'operation' ? bodyLimit(route.operation.body) : bodyBytesDefault,
        answer: async () => answer(request, { route, problem }),
      }
    },
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
