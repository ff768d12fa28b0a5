import { z } from 'zod'
import { parseArmId } from '#protocols/azure/arm-ids.ts'
import { locationBody, maybe, tagsBody, wordOf } from './bodies.ts'

const subnetId = z.string().refine(text => typeOf(text) === 'microsoft.network/virtualnetworks/subnets', 'must be the id of a subnet')
const vaultId = z
  .string()
  .refine(
    text => typeOf(text) === 'microsoft.keyvault/vaults',
    'must be the id of a key vault: no other resource has private endpoints here',
  )

/** Provider and types of a resource in a group, in lower case; `''` for every other text. */
function typeOf(text: string): string {
  const id = parseArmId(text)
  return id?.group === undefined || id.extension !== undefined ? '' : [id.provider, ...id.types].join('/').toLowerCase()
}

const connection = z.object({
  name: z.string('must be a string').min(1).max(80),
  properties: z.object({
    privateLinkServiceId: vaultId,
    groupIds: z.array(z.string()).min(1, "must name the group 'vault'"),
    requestMessage: maybe(z.string().max(140, 'has at most 140 characters')),
  }),
})

const oneConnection = 'privateLinkServiceConnections or manualPrivateLinkServiceConnections must hold one connection'

export const endpointBody = z
  .object(
    {
      location: locationBody,
      tags: tagsBody,
      properties: z.object({
        subnet: maybe(z.object({ id: subnetId })),
        customNetworkInterfaceName: maybe(z.string().max(80)),
        privateLinkServiceConnections: maybe(z.array(connection)),
        manualPrivateLinkServiceConnections: maybe(z.array(connection)),
      }),
    },
    'the body must be a JSON object',
  )
  .transform(({ location, tags, properties }, context) => {
    const manual = properties.manualPrivateLinkServiceConnections ?? []
    const wanted = [...(properties.privateLinkServiceConnections ?? []), ...manual]
    const [one] = wanted
    if (one === undefined || wanted.length > 1) {
      context.addIssue({ code: 'custom', message: oneConnection, path: ['properties'] })
      return z.NEVER
    }
    const { privateLinkServiceId, groupIds, requestMessage } = one.properties
    return {
      location,
      tags,
      wishes: {
        subnetId: properties.subnet?.id,
        interfaceName: properties.customNetworkInterfaceName === '' ? undefined : properties.customNetworkInterfaceName,
        connection: {
          name: one.name,
          vaultId: privateLinkServiceId,
          groupIds,
          manual: manual.length > 0,
          ...(requestMessage !== undefined && { requestMessage }),
        },
      },
    }
  })

/** What the owner of a vault can decide; the other states come by themselves. */
export const connectionBody = z
  .object({
    properties: z.object({
      privateLinkServiceConnectionState: z.object({
        status: wordOf(['Approved', 'Rejected']),
        description: maybe(z.string().max(1_024)),
      }),
    }),
  })
  .transform(({ properties }) => properties.privateLinkServiceConnectionState)
