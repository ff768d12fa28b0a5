import type { Context } from '#domain/context.ts'
import { permissionRow } from '#domain/access/permissions.ts'
import { audiencesOf } from '#domain/identity/audiences.ts'
import { verifyToken } from '#domain/identity/verify-token.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Call } from '#domain/call.ts'
import { Problem } from '#model/problem.ts'
import { apiVersionOf, refuseOlder } from '#protocols/azure/api-version.ts'
import { isGuid } from '#protocols/azure/arm-ids.ts'
import { tokenLike } from '#protocols/azure/bearer.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { armAddress } from './address.ts'
import { floorOf } from './providers.ts'
import { createRateLimits, kindOf, type Left } from './rate-limits.ts'
import { correlationIdOf, headersOf } from './headers.ts'
import { operations } from './operations/index.ts'
import { refuse } from './problems.ts'
import type { ArmSite } from './site.ts'

/** The subscription that a path begins with: `undefined` where it begins with none, or with one that is no GUID. */
function subscriptionOf({ segments }: WireRequest): string | undefined {
  const [word, id] = segments
  return word?.toLowerCase() === 'subscriptions' && id !== undefined && isGuid(id) ? id.toLowerCase() : undefined
}

async function tenantOfPath(context: Context, call: Call, request: WireRequest): Promise<string | undefined> {
  const id = subscriptionOf(request)
  return id === undefined ? undefined : (await context.subscriptions.get(call, compartmentOfGuid(id), [id]))?.value.tenantId
}

/** `az resource` writes the path of a resource's parent behind the namespace, and where there is none, nothing: `/providers/Microsoft.KeyVault//vaults/v`. */
function withoutEmptyParent(segments: readonly string[]): readonly string[] {
  if (!segments.includes('')) return segments
  return segments.filter((segment, at) => segment !== '' || segments[at - 2]?.toLowerCase() !== 'providers')
}

const isPublic = ({ segments }: WireRequest): boolean => segments[0]?.toLowerCase() === 'metadata'

/** The first permission of an operation is the one that names it. */
function actionOf(name: string): string | undefined {
  const permissionsOf = operations.find(operation => operation.name === name)?.permissions
  const [first] = typeof permissionsOf === 'object' ? permissionsOf : []
  return first === undefined ? undefined : permissionRow(first).azure
}

/** Counts requests, and keeps of each what was left: its answer says so. */
function countRequests() {
  const limits = createRateLimits()
  const left = new WeakMap<WireRequest, Left>()
  return {
    left,
    /** Once a request, however often it is tried. */
    async count(context: Context, call: Call, request: WireRequest): Promise<void> {
      await call.once('counted', async () => {
        const by = { place: subscriptionOf(request) ?? call.who.tenant ?? '', caller: call.who.id, nowMs: context.ground.clock.monotonic() }
        left.set(request, { own: 0, all: 0 })
        left.set(request, limits.take(kindOf(request.method), by))
      })
    },
  }
}

/** Azure Resource Manager on `management.{domain}` (identity-and-arm.md 2). */
export function armProtocol(domain: string): Protocol<Context, ArmSite> {
  const counted = countRequests()
  return {
    name: 'arm',
    plane: 'arm',
    ...armAddress(domain),
    operations,
    readPath: withoutEmptyParent,
    routeBeforeToken: false,
    async locate(context, call, request) {
      const { barrier } = context.ground
      return {
        baseUrl: `https://${request.host}`,
        domain,
        portSuffix: request.portSuffix,
        actionOf,
        // No record, collection or tag has a path that begins so: a mark is never an index.
        mark: text => barrier.index(context.instance.installation, JSON.stringify(['mark', 'arm', call.who.id, text])).slice(32, 72),
      }
    },
    async authenticate(context, call, { request }) {
      const at = { domain, portSuffix: request.portSuffix }
      const token = tokenLike(request)
      const tenantId = await tenantOfPath(context, call, request)
      return verifyToken(context, call, {
        token,
        audiences: audiencesOf('arm', at),
        login: `https://login.${domain}${request.portSuffix}`,
        resourceName: 'arm',
        ...(tenantId !== undefined && { tenantId }),
      })
    },
    async admit(context, call, { request }) {
      if (isPublic(request)) return
      if (context.instance.throttle) await counted.count(context, call, request)
      apiVersionOf(request)
      const id = subscriptionOf(request)
      if (id !== undefined && (await context.subscriptions.get(call, compartmentOfGuid(id), [id])) === undefined)
        throw new Problem({ code: 'SubscriptionNotFound', details: { id } })
    },
    checkVersion(request) {
      refuseOlder(apiVersionOf(request), floorOf(request))
    },
    refuse,
    headers: (_context, at) => headersOf({ ...at, left: counted.left.get(at.request) }),
    correlationId: correlationIdOf,
  }
}
