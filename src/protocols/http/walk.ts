import type { z } from 'zod'
import { Problem } from '#model/problem.ts'
import type { Log } from '#ports/log.ts'
import type { Call } from '#domain/call.ts'
import type { Instance } from '#domain/instance.ts'
import type { Ground } from '#domain/perform.ts'
import type { Facts } from '#domain/access/conditions/evaluate.ts'
import { noFacts, type Access, type Found, type Permit } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Answer } from './answer.ts'
import { parseBody } from './body.ts'
import type { Ask, Operation } from './operation.ts'
import type { Protocol } from './protocol.ts'
import type { WireRequest } from './request.ts'
import type { Route } from './router.ts'

/** What the pipeline itself needs of the context. */
export interface PipelineContext {
  readonly ground: Ground
  readonly access: Access
  readonly instance: Instance
  readonly log: Log
}

/** What a request walks through: its wire, and the operation that its path names. */
export interface Way<Context extends PipelineContext, Site> {
  readonly context: Context
  readonly protocol: Protocol<Context, Site>
  readonly route: Route<Operation<Context, Site>>
  /** Filled as soon as the host was located: refusals are rendered with it. */
  readonly state: { site: Site | undefined }
}

/** The steps in the order that the wire declares; the first that fails answers. */
export async function walk<Context extends PipelineContext, Site>(
  way: Way<Context, Site>,
  call: Call,
  request: WireRequest,
): Promise<Answer> {
  const { context, protocol, route, state } = way
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
  const permit = permits({
    context,
    call,
    operation,
    path: foundOf(operation, { site, params, request }),
    facts: factsOf(way, operation, { site, request }),
  })
  const body = parseBody(operation.body, request)
  return operation.handle(context, call, { site, params, query, body, permit, request })
}

function refuseUnknown<O>(
  route: Route<O>,
  request: WireRequest,
): { readonly operation: O; readonly params: Readonly<Record<string, string>> } {
  if (route.found === 'operation') return route
  if (route.found === 'nothing' && route.problem !== undefined) throw route.problem
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

/** What conditions may ask: of the operation, else of its wire. */
const factsOf = <Context extends PipelineContext, Site>(
  { context, protocol }: Way<Context, Site>,
  operation: Operation<Context, Site>,
  { site, request }: { readonly site: Site; readonly request: WireRequest },
): Facts => operation.facts?.(request, { context, site }) ?? protocol.facts?.(request) ?? noFacts

/** What the path itself says of what is asked for. */
function foundOf<Context, Site, P extends z.ZodType>(
  operation: Operation<Context, Site, P>,
  at: { readonly site: Site; readonly params: z.output<P>; readonly request: WireRequest },
): Found | undefined {
  const on = operation.scope?.(at)
  return on === undefined ? undefined : { on }
}

/** Asks the permissions of the path now; hands the permits over later, and asks for what lies deeper when it is found. */
function permits<Context extends PipelineContext, Site>(at: {
  readonly context: Context
  readonly call: Call
  readonly operation: Operation<Context, Site>
  readonly path: Found | undefined
  readonly facts: Facts
}): Ask {
  const { context, call, operation, path, facts } = at
  const declared: readonly Permission[] = typeof operation.permissions === 'string' ? [] : operation.permissions
  if (operation.permissions === 'public') call.ruling = { allowed: true, by: 'public' }
  if (operation.permissions === 'authenticated') call.ruling = { allowed: true, by: 'authenticated' }
  const given: readonly Permit<Permission>[] =
    path === undefined ? [] : declared.map(permission => context.access.permit(call, permission, { facts, ...path }))
  return <P extends Permission>(permission: P, found?: Found) => {
    if (found === undefined) {
      const permit = given.find((one): one is Permit<P> & Permit<Permission> => one.question.permission === permission)
      if (permit === undefined) throw new Error(`${operation.name} opens ${permission} without having asked for it`)
      return permit
    }
    if (!declared.includes(permission) && operation.linked?.includes(permission) !== true)
      throw new Error(`${operation.name} does not declare ${permission}`)
    return context.access.permit(call, permission, { facts, ...found })
  }
}
