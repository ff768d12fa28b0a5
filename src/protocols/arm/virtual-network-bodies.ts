import { z } from 'zod'
import { parseIpv4Subnet } from '#model/ipv4-subnets.ts'
import { parseArmId } from '#protocols/azure/arm-ids.ts'
import { locationBody, maybe, tagsBody, wordOf } from './bodies.ts'

const cidr = z
  .string()
  .refine(text => parseIpv4Subnet(text) !== undefined, 'must be an IPv4 range in CIDR notation, with no bits set behind its prefix')
/** What is kept and told again: JSON, without the members that are read. */
const rest = (value: object, read: readonly string[]) =>
  keptRecord.parse(Object.fromEntries(Object.entries(value).filter(([name]) => !read.includes(name))))
const keptRecord = z.record(z.string(), z.json())
/** What the service itself says of a resource: sent back by whoever read it, and not theirs to set. */
const shown = ['provisioningState', 'resourceGuid', 'ipConfigurations', 'privateEndpoints', 'virtualNetworkPeerings']

const subnetProperties = z
  .looseObject({ addressPrefix: maybe(cidr), addressPrefixes: maybe(z.array(cidr).max(1, 'must name one range')) })
  .transform((value, context) => {
    const addressPrefix = value.addressPrefix ?? value.addressPrefixes?.[0]
    if (addressPrefix !== undefined) return { addressPrefix, kept: rest(value, [...shown, 'addressPrefix', 'addressPrefixes']) }
    context.addIssue({ code: 'custom', message: 'must name a range of addresses', path: ['addressPrefix'] })
    return z.NEVER
  })

const subnetName = z
  .string()
  .regex(/^[a-zA-Z0-9](?:[a-zA-Z0-9_.-]{0,78}[a-zA-Z0-9_])?$/, 'must be 1 to 80 letters, digits, underscores, periods and hyphens')
const notAnObject = 'the body must be a JSON object'

export const subnetBody = z.object({ properties: subnetProperties }, notAnObject).transform(({ properties }) => properties)

export const networkBody = z
  .object(
    {
      location: locationBody,
      tags: tagsBody,
      properties: z.looseObject({
        addressSpace: z.object({ addressPrefixes: z.array(cidr).min(1, 'must name a range') }),
        subnets: maybe(z.array(z.object({ name: subnetName, properties: subnetProperties }))),
      }),
    },
    notAnObject,
  )
  .transform(({ location, tags, properties }) => ({
    location,
    tags,
    wishes: {
      addressPrefixes: properties.addressSpace.addressPrefixes,
      subnets: properties.subnets?.map(({ name, properties: own }) => ({ name, ...own })),
      kept: rest(properties, [...shown, 'addressSpace', 'subnets']),
    },
  }))

const isSubnet = (text: string): boolean => {
  const id = parseArmId(text)
  return id?.group !== undefined && [id.provider, ...id.types].join('/').toLowerCase() === 'microsoft.network/virtualnetworks/subnets'
}

const configuration = z.object({
  name: z.string().min(1).max(80),
  properties: z.object({
    subnet: z.object({ id: z.string().refine(isSubnet, 'must be the id of a subnet') }),
    privateIPAllocationMethod: maybe(wordOf(['Dynamic', 'Static'])),
    privateIPAddress: maybe(z.string()),
    privateIPAddressVersion: maybe(wordOf(['IPv4', 'IPv6']).refine(version => version === 'IPv4', 'must be IPv4 here')),
    primary: maybe(z.boolean()),
    publicIPAddress: maybe(z.unknown().refine(() => false, 'is not served here: nothing is reached from outside')),
  }),
})

export const interfaceBody = z
  .object(
    {
      location: locationBody,
      tags: tagsBody,
      properties: z.looseObject({ ipConfigurations: z.array(configuration).min(1, 'must have one') }),
    },
    notAnObject,
  )
  .transform(({ location, tags, properties }) => ({
    location,
    tags,
    wishes: {
      configurations: properties.ipConfigurations.map(({ name, properties: own }) => ({
        name,
        subnetId: own.subnet.id,
        address: own.privateIPAllocationMethod === 'Static' ? own.privateIPAddress : undefined,
        primary: own.primary,
      })),
      kept: rest(properties, [...shown, 'macAddress', 'primary', 'virtualMachine']),
    },
  }))
