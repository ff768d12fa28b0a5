import type { z } from 'zod'
import { bodyBytesDefault, requestDeadlineMs } from '#model/limits.ts'
import { anonymous } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { Log } from '#ports/log.ts'
import { beginCall, type Call } from '#domain/call.ts'
import { perform, type Ground } from '#domain/perform.ts'
import type { Access, Found, Permit } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Answer } from './answer.ts'
import { parseBody } from './body.ts'
import type { Ask, Body, Operation } from './operation.ts'
import type { Protocol } from './protocol.ts'
import type { WireRequest } from './request.ts'
import { createRouter, type Route } from './router.ts'

/** What the pipeline itself needs of the context. */
export interface PipelineContext {
  readonly ground: Ground
  readonly access: Access
  readonly log: Log
}

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
    const correlationId = protocol.correlationId(request)
    const userAgent = request.header('user-agent')
    const answered = await perform<Answer>(ground, {
      deadlineAt: ground.clock.monotonic() + requestDeadlineMs,
      begin: (decidedAt, keepsake) =>
        beginCall({
          source: {
            requestId,
            plane: protocol.plane,
            sourceIp: request.remoteAddress,
            ...(correlationId !== undefined && { correlationId }),
            ...(userAgent !== undefined && { userAgent }),
          },
          at: ground.clock.now(),
          decidedAt,
          operation: operationName,
          resource: `https://${request.host}${request.path}`,
          who: anonymous,
          keepsake,
        }),
      run: async call => {
        if (routed.problem !== undefined) throw routed.problem
        return run(call, request, { route: routed.route, state })
      },
      refuse: (call, error) => {
        if (!(error instanceof Problem)) context.log.error('bug', error, { requestId, operation: operationName })
        return protocol.refuse(context, { error, request, requestId, call, site: state.site })
      },
    })
    return { ...answered, headers: { ...protocol.headers(context, { request, requestId }), ...answered.headers } }
  }

  async function run(
    call: Call,
    request: WireRequest,
    on: { route: Route<Operation<Context, Site>>; state: { site: Site | undefined } },
  ): Promise<Answer> {
    const { route, state } = on
    if (protocol.routeBeforeToken) refuseUnknown(route, request)
    const site = await protocol.locate(context, call, request)
    state.site = site
    const isPublic = route.found === 'operation' && route.operation.permissions === 'public'
    if (!isPublic) call.who = await protocol.authenticate(context, call, { site, request })
    await protocol.admit?.(context, call, { site, request })
    const { operation, params: raw } = refuseUnknown(route, request)
    if (operation.unversioned !== true) protocol.checkVersion(request)
    const params = parsed(operation.params, raw)
    if (operation.resource !== undefined) call.resource = operation.resource({ site, params, request })
    const query = parsed(operation.query, Object.fromEntries(request.query))
    const permit = permits({ context, call, operation, foundOf: () => foundOf(operation, { site, params, request }) })
    const body = parseBody(operation.body, request)
    return operation.handle(context, call, { site, params, query, body, permit, request })
  }

  return {
    serves: hostname => protocol.serves(hostname),
    route(request, problem) {
      const route: Route<Operation<Context, Site>> = problem === undefined ? router(request.method, request.segments) : { found: 'nothing' }
      return {
        maximumBytes: route.found === 'operation' ? bodyLimit(route.operation.body) : bodyBytesDefault,
        answer: async () => answer(request, { route, problem }),
      }
    },
  }
}

function refuseUnknown<O>(
  route: Route<O>,
  request: WireRequest,
): { readonly operation: O; readonly params: Readonly<Record<string, string>> } {
  if (route.found === 'operation') return route
  // An empty segment that no client sends is nothing that was ever there (security-and-reliability.md 5.3).
  if (request.segments.includes('')) throw new Problem({ code: 'MalformedRequest', details: { reason: 'an empty path segment' } })
  throw new Problem({ code: route.found === 'other-methods' ? 'MethodNotAllowed' : 'UnknownRoute' })
}

/** Paths and queries: the first issue's parameter and sentence, never a value. Schemas say the sentence where the wire has one. */
function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new Problem({ code: 'InvalidParameter', details: { name: issue?.path.join('.') ?? '', message: issue?.message ?? 'invalid' } })
}

/** What the path itself says of what is asked for. */
function foundOf<Context, Site, P extends z.ZodType>(
  operation: Operation<Context, Site, P>,
  at: { readonly site: Site; readonly params: z.output<P>; readonly request: WireRequest },
): Found | undefined {
  const on = operation.scope?.(at)
  return on === undefined ? undefined : { on, ...(operation.facts !== undefined && { facts: operation.facts(at.request) }) }
}

/** Asks the permissions of the path now; hands the permits over later, and asks for what lies deeper when it is found. */
function permits<Context extends PipelineContext, Site>(at: {
  readonly context: Context
  readonly call: Call
  readonly operation: Operation<Context, Site>
  readonly foundOf: () => Found | undefined
}): Ask {
  const { context, call, operation } = at
  const declared: readonly Permission[] = typeof operation.permissions === 'string' ? [] : operation.permissions
  const given = new Map<Permission, Permit<Permission>>()
  if (operation.permissions === 'public') call.ruling = { allowed: true, by: 'public' }
  if (operation.permissions === 'authenticated') call.ruling = { allowed: true, by: 'authenticated' }
  const path = at.foundOf()
  if (path !== undefined) for (const permission of declared) given.set(permission, context.access.permit(call, permission, path))
  const isFor = <P extends Permission>(permit: Permit<Permission>, permission: P): permit is Permit<P> & Permit<Permission> =>
    permit.question.permission === permission
  return (permission, found) => {
    if (found === undefined) {
      const permit = given.get(permission)
      if (permit === undefined || !isFor(permit, permission))
        throw new Error(`${operation.name} opens ${permission} without having asked for it`)
      return permit
    }
    if (!declared.includes(permission) && operation.linked?.includes(permission) !== true)
      throw new Error(`${operation.name} does not declare ${permission}`)
    return context.access.permit(call, permission, found)
  }
}
