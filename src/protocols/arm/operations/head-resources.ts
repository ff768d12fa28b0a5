import { z } from 'zod'
import { childScope, groupScope } from '#domain/resources/scopes.ts'
import { refuseNowhere } from '#domain/resources/find-place.ts'
import { resourceTypes, type ResourceType } from '#domain/resources/group-contents.ts'
import { empty } from '#protocols/http/answer.ts'
import { anyQuery, group, subscriptionId } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

const ofResource = z.object({ subscriptionId, group, resource: z.string().regex(/^[\w.-]{1,128}$/, 'The resource name is invalid.') })
const scopeIn = ({ subscriptionId: subscription, group: name, resource }: z.output<typeof ofResource>, type: string) =>
  childScope(groupScope(subscription, name), `providers/${type}/${resource}`)

/** `Microsoft.KeyVault/vaults` → `VaultsCheck`. */
function nameOf({ type }: ResourceType): string {
  const last = type.slice(type.lastIndexOf('/') + 1)
  return `${last.charAt(0).toUpperCase()}${last.slice(1)}Check`
}

/** 204 where a resource is there, 404 where it is not: how a client asks for an id of whatever type. */
export const headResources = resourceTypes.map(known =>
  armOperation({
    name: nameOf(known),
    method: 'HEAD',
    path: `/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/${known.type}/{resource}`,
    permissions: [known.read],
    params: ofResource,
    query: anyQuery,
    body: { none: true },
    scope: ({ params }) => scopeIn(params, known.type),
    resource: ({ params }) => scopeIn(params, known.type).at(-1) ?? '',
    async handle(context, call, { params }) {
      await refuseNowhere(context, call, scopeIn(params, known.type))
      return empty(204)
    },
  }),
)
