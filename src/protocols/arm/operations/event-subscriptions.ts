import { z } from 'zod'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import {
  eventSubscriptionsIn,
  eventSubscriptionsOf,
  removeEventSubscription,
  type HeldEventSubscription,
} from '#domain/events/remove-subscription.ts'
import {
  eventSubscriptionNamed,
  eventSubscriptionType,
  setEventSubscription,
  updateEventSubscription,
} from '#domain/events/set-subscription.ts'
import { validateEventSubscription } from '#domain/events/validate-subscription.ts'
import { vaultByArmId, type HeldVault } from '#domain/resources/find-vault.ts'
import { refuseNowhere } from '#domain/resources/find-place.ts'
import { groupScope, subscriptionScope } from '#domain/resources/scopes.ts'
import { Problem } from '#model/problem.ts'
import { apiVersionOf } from '#protocols/azure/api-version.ts'
import { empty, json, type Answer } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { finishedOperation, operationUrl, retryAfter } from '#protocols/arm/answers.ts'
import { armJson } from '#protocols/arm/bodies.ts'
import { eventSubscriptionBody, eventSubscriptionPatch } from '#protocols/arm/event-bodies.ts'
import { eventSubscriptionShape } from '#protocols/arm/event-shapes.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { anyQuery, extended, group, location, subscriptionId } from '#protocols/arm/params.ts'
import { armOperation, type ArmSite } from '#protocols/arm/site.ts'

const eventSubscription = z
  .string()
  .regex(
    /^[0-9A-Za-z-]{3,64}$/,
    'Event subscription name must be between 3 and 64 characters long and can only contain letters, digits and hyphens.',
  )
const atPlace = z.object({ scope: extended })
const named = z.object({ scope: extended, eventSubscription }).transform(({ scope, eventSubscription: name }) => ({ scope, name }))

const listPath = '/{scope*}/providers/Microsoft.EventGrid/eventSubscriptions'
const path = `${listPath}/{eventSubscription}`
type AtSubscription = { readonly params: z.output<typeof named> }
const scope = ({ params }: AtSubscription) => params.scope.scope
const resource = ({ params }: AtSubscription): string => `${params.scope.scopeId}/providers/${eventSubscriptionType}/${params.name}`

const vaultId = /\/providers\/microsoft\.keyvault\/vaults\/[^/]+$/i

/** The vault that events are of. Raises `ArmRefused` for what is none, `ResourceNotFound` and its kin where there is none. */
async function sourceOf(context: Context, call: Call, at: z.output<typeof extended>): Promise<HeldVault> {
  if (!vaultId.test(at.scopeId)) {
    const message = `Invalid event subscription request: The resource '${at.scopeId}' has no events here: vaults (Microsoft.KeyVault/vaults) have.`
    throw new Problem({ code: 'ArmRefused', details: { status: 400, code: 'InvalidRequest', message } })
  }
  await refuseNowhere(context, call, at.scope)
  const vault = await vaultByArmId(context, call, at.scopeId)
  if (vault !== undefined) return vault
  throw new Problem({ code: 'ResourceNotFound', details: { type: 'Microsoft.KeyVault/vaults', name: at.scopeId.split('/').at(-1) ?? '' } })
}

/** What a receiver that said nothing at once may follow, within ten minutes. */
const linkOf = (request: WireRequest, { baseUrl }: ArmSite, { scope: at, name }: z.output<typeof named>): string =>
  `${baseUrl}${at.scopeId}/providers/${eventSubscriptionType}/${name}/validate?api-version=${apiVersionOf(request)}`

/** 201 also for a change, as the service says it; the operation that it names had ended when the answer left. */
function written(
  { site, call, request }: { readonly site: ArmSite; readonly call: Call; readonly request: WireRequest },
  { vault, held }: { readonly vault: HeldVault; readonly held: HeldEventSubscription },
): Answer {
  const [, , at = ''] = vault.value.id.split('/')
  const operation = {
    subscriptionId: at,
    provider: 'Microsoft.EventGrid',
    location: vault.value.location,
    id: finishedOperation(site, call.at),
    apiVersion: apiVersionOf(request),
  }
  return json(201, eventSubscriptionShape(call)(held), {
    'azure-asyncoperation': operationUrl(site, 'operations', operation),
    ...retryAfter,
  })
}

export const putEventSubscription = armOperation({
  name: 'EventSubscriptionPut',
  method: 'PUT',
  path,
  permissions: ['eventSubscription.write'],
  params: named,
  query: anyQuery,
  body: armJson(eventSubscriptionBody),
  scope,
  resource,
  async handle(context, call, { site, params, body, permit, request }) {
    const vault = await sourceOf(context, call, params.scope)
    const held = await setEventSubscription(context, call, {
      permit: permit('eventSubscription.write'),
      vault,
      name: params.name,
      link: linkOf(request, site, params),
      settings: body,
    })
    return written({ site, call, request }, { vault, held })
  },
})

export const patchEventSubscription = armOperation({
  name: 'EventSubscriptionPatch',
  method: 'PATCH',
  path,
  permissions: ['eventSubscription.write'],
  params: named,
  query: anyQuery,
  body: armJson(eventSubscriptionPatch),
  scope,
  resource,
  async handle(context, call, { site, params, body, permit, request }) {
    const vault = await sourceOf(context, call, params.scope)
    const held = await updateEventSubscription(context, call, {
      permit: permit('eventSubscription.write'),
      vault,
      name: params.name,
      link: linkOf(request, site, params),
      change: body,
    })
    return written({ site, call, request }, { vault, held })
  },
})

export const getEventSubscription = armOperation({
  name: 'EventSubscriptionGet',
  method: 'GET',
  path,
  permissions: ['eventSubscription.read'],
  params: named,
  query: anyQuery,
  body: { none: true },
  scope,
  resource,
  async handle(context, call, { params }) {
    const vault = await sourceOf(context, call, params.scope)
    return json(200, eventSubscriptionShape(call)(await eventSubscriptionNamed(context, call, { vault, name: params.name })))
  },
})

/** 200, and 204 where there is none. */
export const deleteEventSubscription = armOperation({
  name: 'EventSubscriptionDelete',
  method: 'DELETE',
  path,
  permissions: ['eventSubscription.delete'],
  params: named,
  query: anyQuery,
  body: { none: true },
  scope,
  resource,
  async handle(context, call, { params, permit }) {
    const vault = await sourceOf(context, call, params.scope)
    const asked = { permit: permit('eventSubscription.delete'), vault, name: params.name }
    return empty((await removeEventSubscription(context, call, asked)) ? 200 : 204)
  },
})

/** The receiver's whole URL, to whoever may have what is secret in it. */
export const getEventSubscriptionUrl = armOperation({
  name: 'EventSubscriptionFullUrlGet',
  method: 'POST',
  path: `${path}/getFullUrl`,
  permissions: ['eventSubscription.readUrl'],
  params: named,
  query: anyQuery,
  body: { none: true },
  scope,
  resource,
  async handle(context, call, { params }) {
    const vault = await sourceOf(context, call, params.scope)
    const { value } = await eventSubscriptionNamed(context, call, { vault, name: params.name })
    return json(200, { endpointUrl: value.endpointUrl })
  },
})

/** Followed by whoever was sent it: the token is the right. */
export const validateSubscription = armOperation({
  name: 'EventSubscriptionValidate',
  method: 'GET',
  path: `${path}/validate`,
  permissions: 'public',
  params: named,
  query: z.object({ token: z.string().max(100) }),
  body: { none: true },
  resource,
  async handle(context, call, { params, query }) {
    const { scopeId } = params.scope
    if (await validateEventSubscription(context, call, { vaultId: scopeId, name: params.name, token: query.token }))
      return {
        status: 200,
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: 'Webhook successfully validated as a subscription endpoint.',
      }
    const message = 'The link is not known, was followed already, or its ten minutes are over.'
    throw new Problem({ code: 'ArmRefused', details: { status: 404, code: 'NotFound', message } })
  },
})

/** There are none: they are refused when they are written. */
export const getEventSubscriptionAttributes = armOperation({
  name: 'EventSubscriptionAttributesGet',
  method: 'POST',
  path: `${path}/getDeliveryAttributes`,
  permissions: ['eventSubscription.readAttributes'],
  params: named,
  query: anyQuery,
  body: { none: true },
  scope,
  resource,
  async handle(context, call, { params }) {
    const vault = await sourceOf(context, call, params.scope)
    await eventSubscriptionNamed(context, call, { vault, name: params.name })
    return json(200, { value: [] })
  },
})

/** Those of a vault. What has no location, a subscription or a group, has none here. */
export const listEventSubscriptions = armOperation({
  name: 'EventSubscriptionList',
  method: 'GET',
  path: listPath,
  permissions: ['eventSubscription.read'],
  params: atPlace,
  query: listQuery,
  body: { none: true },
  scope: ({ params }) => params.scope.scope,
  resource: ({ params }) => `${params.scope.scopeId}/providers/${eventSubscriptionType}`,
  async handle(context, call, { site, params, request }) {
    const { scopeId } = params.scope
    if (/^\/subscriptions\/[^/]+(?:\/resourceGroups\/[^/]+)?$/i.test(scopeId)) {
      await refuseNowhere(context, call, params.scope.scope)
      return armList(site, request, [])
    }
    const vault = await sourceOf(context, call, params.scope)
    return armList(site, request, eventSubscriptionsOf(context, call, vault).map(eventSubscriptionShape(call)))
  },
})

const regional = 'providers/Microsoft.EventGrid/locations/{location}/eventSubscriptions'
const regionalResource = (base: string, at: string): string => `${base}/providers/Microsoft.EventGrid/locations/${at}/eventSubscriptions`

/** Those of the vaults of a location. */
export const listRegionalEventSubscriptions = armOperation({
  name: 'EventSubscriptionListRegional',
  method: 'GET',
  path: `/subscriptions/{subscriptionId}/${regional}`,
  permissions: ['eventSubscription.readRegional'],
  params: z.object({ subscriptionId, location }),
  query: listQuery,
  body: { none: true },
  scope: ({ params }) => subscriptionScope(params.subscriptionId),
  resource: ({ params }) => regionalResource(`/subscriptions/${params.subscriptionId}`, params.location),
  async handle(context, call, { site, params, request }) {
    const on = subscriptionScope(params.subscriptionId)
    await refuseNowhere(context, call, on)
    return armList(site, request, eventSubscriptionsIn(context, call, { ...params, on }).map(eventSubscriptionShape(call)))
  },
})

/** The same of one group. */
export const listGroupEventSubscriptions = armOperation({
  name: 'EventSubscriptionListRegionalByGroup',
  method: 'GET',
  path: `/subscriptions/{subscriptionId}/resourceGroups/{group}/${regional}`,
  permissions: ['eventSubscription.readRegional'],
  params: z.object({ subscriptionId, group, location }),
  query: listQuery,
  body: { none: true },
  scope: ({ params }) => groupScope(params.subscriptionId, params.group),
  resource: ({ params }) => regionalResource(`/subscriptions/${params.subscriptionId}/resourceGroups/${params.group}`, params.location),
  async handle(context, call, { site, params, request }) {
    const on = groupScope(params.subscriptionId, params.group)
    await refuseNowhere(context, call, on)
    return armList(site, request, eventSubscriptionsIn(context, call, { ...params, on }).map(eventSubscriptionShape(call)))
  },
})
