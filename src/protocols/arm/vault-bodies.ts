import { z } from 'zod'
import { parseIpRange } from '#model/ip-ranges.ts'
import { isGuid, parseArmId } from '#protocols/azure/arm-ids.ts'
import { locationBody, maybe, tagsBody, tagsPatch, wordOf } from './bodies.ts'

const flag = maybe(z.boolean('must be a boolean'))
const guid = z
  .string()
  .refine(isGuid, 'must be a GUID')
  .transform(text => text.toLowerCase())

const keyWords = [
  'all',
  'backup',
  'create',
  'decrypt',
  'delete',
  'encrypt',
  'get',
  'getrotationpolicy',
  'import',
  'list',
  'purge',
  'recover',
  'release',
  'restore',
  'rotate',
  'setrotationpolicy',
  'sign',
  'unwrapKey',
  'update',
  'verify',
  'wrapKey',
] as const
const secretWords = ['all', 'backup', 'delete', 'get', 'list', 'purge', 'recover', 'restore', 'set'] as const
const certificateWords = [
  'all',
  'backup',
  'create',
  'delete',
  'deleteissuers',
  'get',
  'getissuers',
  'import',
  'list',
  'listissuers',
  'managecontacts',
  'manageissuers',
  'purge',
  'recover',
  'restore',
  'setissuers',
  'update',
] as const
const storageWords = [
  'all',
  'backup',
  'delete',
  'deletesas',
  'get',
  'getsas',
  'list',
  'listsas',
  'purge',
  'recover',
  'regeneratekey',
  'restore',
  'set',
  'setsas',
  'update',
] as const

/** Permission words in any case, kept as they were sent: clients compare what comes back (terraform-and-clients.md 3.4). */
const granted = (words: readonly string[]) => {
  const known = new Set(words.map(word => word.toLowerCase()))
  return maybe(z.array(z.string().refine(word => known.has(word.toLowerCase()), 'is no permission')))
}

const policy = z.object({
  tenantId: guid,
  objectId: guid,
  applicationId: maybe(guid),
  permissions: z.object({
    keys: granted(keyWords),
    secrets: granted(secretWords),
    certificates: granted(certificateWords),
    storage: granted(storageWords),
  }),
})
export const policiesBody = z.array(policy)

const address = z.string().refine(text => parseIpRange(text) !== undefined, 'must be an address or a range of addresses (CIDR)')
const isSubnet = (text: string): boolean => {
  const id = parseArmId(text)
  return id?.group !== undefined && [id.provider, ...id.types].join('/').toLowerCase() === 'microsoft.network/virtualnetworks/subnets'
}
const networkAcls = z.object({
  bypass: maybe(wordOf(['AzureServices', 'None'])),
  defaultAction: maybe(wordOf(['Allow', 'Deny'])),
  ipRules: maybe(z.array(z.object({ value: address }))),
  virtualNetworkRules: maybe(
    z.array(z.object({ id: z.string().refine(isSubnet, 'must be the id of a subnet'), ignoreMissingVnetServiceEndpoint: flag })),
  ),
})

const settings = {
  tenantId: maybe(guid),
  sku: maybe(z.object({ family: maybe(wordOf(['A'])), name: wordOf(['standard', 'premium']) })),
  enableSoftDelete: flag,
  softDeleteRetentionInDays: maybe(z.int('must be an integer')),
  enablePurgeProtection: flag,
  enableRbacAuthorization: flag,
  enabledForDeployment: flag,
  enabledForDiskEncryption: flag,
  enabledForTemplateDeployment: flag,
  publicNetworkAccess: maybe(wordOf(['Enabled', 'Disabled'])),
  networkAcls: maybe(networkAcls),
  accessPolicies: maybe(policiesBody),
}

const properties = z
  .object({ ...settings, createMode: maybe(wordOf(['default', 'recover'])) })
  .transform(({ sku, createMode, ...rest }) => ({ createMode: createMode ?? 'default', settings: { ...rest, sku: sku?.name } }))

export const vaultBody = z.object({ location: locationBody, tags: tagsBody, properties }, 'the body must be a JSON object')
export const vaultPatch = z.object({ tags: tagsPatch, properties: maybe(properties) }, 'the body must be a JSON object')
export const accessPoliciesBody = z.object({ properties: z.object({ accessPolicies: policiesBody }) })
