import { regions } from '#domain/resources/locations.ts'
import { json } from '#protocols/http/answer.ts'
import { anyQuery, atSubscription, inSubscription } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const listLocations = armOperation({
  name: 'LocationList',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/locations',
  permissions: ['location.read'],
  params: inSubscription,
  query: anyQuery,
  body: { none: true },
  scope: atSubscription,
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/locations`,
  async handle(_context, _call, { params }) {
    const value = Object.entries(regions).map(([name, { displayName, geographyGroup }]) => ({
      id: `/subscriptions/${params.subscriptionId}/locations/${name}`,
      name,
      type: 'Region',
      displayName,
      regionalDisplayName: displayName === geographyGroup ? displayName : `(${geographyGroup}) ${displayName}`,
      metadata: { regionType: 'Physical', regionCategory: 'Recommended', geographyGroup, pairedRegion: [] },
    }))
    return json(200, { value })
  },
})
