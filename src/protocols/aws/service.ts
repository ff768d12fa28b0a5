import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { Problem } from '#model/problem.ts'
import type { Operation } from '#protocols/http/operation.ts'
import type { Named, Protocol } from '#protocols/http/protocol.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { regionOfName } from './addresses.ts'
import { jsonType } from './answers.ts'
import { authenticate, type SignedService } from './authenticate.ts'
import { formText } from './bodies.ts'
import { credentialScope } from './credential-scope.ts'
import type { AwsSite } from './operation.ts'
import { namesOf, serviceAddress, type Called } from './service-address.ts'
import { shownSignature } from './signature.ts'
import { beginTrail, type TrailKind } from './trail.ts'

/** A service by its names: of the wire here, of its signatures, of its hosts. */
export interface Service extends Called, SignedService {
  /** `awskms` */
  readonly name: string
}

/** What a wire adds to what all of these services do alike. */
export type Own = Pick<Protocol<Context, AwsSite>, 'refuse' | 'admit' | 'headers'> & {
  readonly operations: readonly (Operation<Context, AwsSite> & { readonly trail: TrailKind })[]
}

type Base = Omit<Protocol<Context, AwsSite>, 'named' | 'nameInBody'>

/** Hosts, Region, signature, request id: alike for all. */
function serviceBase(service: Service, own: Own): Base {
  const { name, signing } = service
  const trails = new Map(own.operations.map(operation => [operation.name, operation.trail]))
  const names = namesOf(service)
  return {
    name,
    plane: signing,
    ...serviceAddress(service),
    routeBeforeToken: true,
    async locate(context, _call, request) {
      const named = regionOfName(names, request.hostname)
      const region = service.global === true ? 'us-east-1' : (named ?? credentialScope(request)?.region ?? '')
      return { region: region === '' ? context.instance.region : region, partition: 'aws' }
    },
    async authenticate(context: Context, call: Call, { site, request }) {
      const who = await authenticate(context, call, { service, site, request })
      const trail = trails.get(call.operation)
      if (trail !== undefined) beginTrail(call, trail, { region: site.region, request })
      return who
    },
    checkVersion: () => undefined,
    correlationId: () => undefined,
    ...own,
  }
}

/** Of every answer of a JSON or Query service. */
export const amznHeaders: Own['headers'] = (_context, { requestId }) => ({
  'x-amzn-requestid': requestId,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
})

const unknownAction = (action: string): Problem => new Problem({ code: 'UnknownAction', details: { action } })

/** A service whose operations are named by method, path and query: the wire reads them itself. */
export function restService(service: Service, own: Own & Pick<Protocol<Context, AwsSite>, 'named' | 'serves'>): Protocol<Context, AwsSite> {
  return { ...serviceBase(service, own), ownPath: true }
}

/** A service whose operations are named by `X-Amz-Target: {prefix}.{operation}`. */
export function jsonService(service: Service, own: Own & { readonly prefixes: readonly string[] }): Protocol<Context, AwsSite> {
  const { prefixes, ...rest } = own
  return {
    ...serviceBase(service, rest),
    named(request) {
      const target = request.header('x-amz-target') ?? ''
      const dot = target.lastIndexOf('.')
      if (!prefixes.includes(target.slice(0, Math.max(0, dot)))) throw unknownAction(target)
      refuseOtherThan('POST', jsonType, request)
      return { name: target.slice(dot + 1) }
    },
  }
}

/** A service whose operations are named by the `Action` of a form, or of a query. */
export function queryService(service: Service, own: Own & { readonly version: string }): Protocol<Context, AwsSite> {
  const { version, ...rest } = own
  const names = new Set(own.operations.map(({ name }) => name))
  return {
    ...serviceBase(service, rest),
    nameInBody: true,
    named(request): Named {
      if (request.bodyTooLong) throw new Problem({ code: 'BodyTooLarge', details: { maximumBytes: 0 } })
      if (request.method !== 'GET') refuseOtherThan('POST', 'application/x-www-form-urlencoded', request)
      const form = formText(request, request.body ?? new Uint8Array(0))
      const action = parameter(form, 'Action') ?? ''
      const asked = parameter(form, 'Version') ?? version
      if (asked !== version) {
        if (!names.has(action)) refuseUnsigned(request)
        throw unknownAction(`${action} of version ${asked}`)
      }
      return { name: action }
    },
  }
}

/**
 * At the names that all share, a form without a signature comes to the service that takes some so. Actions that are
 * not its own, of another version, are meant for another service, and no other takes any: what is missing is the signature. Raises `SignatureMissing`, `SignatureIncomplete`.
 */
function refuseUnsigned(request: WireRequest): void {
  if (credentialScope(request) === undefined) shownSignature(request, { presigned: true })
}

function refuseOtherThan(method: string, type: string, request: WireRequest): void {
  const [named = ''] = (request.header('content-type') ?? '').split(';')
  if (request.method !== method) throw new Problem({ code: 'MethodNotAllowed' })
  if (request.path !== '/') throw new Problem({ code: 'UnknownAction', details: { action: request.path } })
  if (named.trim().toLowerCase() !== type) throw new Problem({ code: 'UnsupportedMediaType' })
}

/** The first of that name: more of them are refused where the form is read. */
function parameter(form: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|&)${name}=([^&]*)`).exec(form)?.[1]
  return found === undefined || !/^[\w-]{1,128}$/.test(found) ? undefined : found
}
