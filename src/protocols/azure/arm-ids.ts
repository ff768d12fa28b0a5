import { scopeOf, type Scope } from '#model/brands.ts'
import { childScope, groupScope, subscriptionScope } from '#domain/resources/scopes.ts'
import { lookUp } from '#model/names.ts'

/** `/subscriptions/{id}[/resourceGroups/{group}][/providers/{provider}/{type}/{name}…][/providers/…]` taken apart; nothing is normalised but the subscription's case. */
export interface ArmId {
  readonly subscriptionId: string
  readonly group?: string
  readonly provider?: string
  readonly types: readonly string[]
  readonly names: readonly string[]
  /** What is attached to the resource in front of it: a role assignment. */
  readonly extension?: Extension
}

export interface Extension {
  readonly provider: string
  readonly types: readonly string[]
  readonly names: readonly string[]
}

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const groupName = /^[\p{L}\p{N}_.()-]{1,90}(?<!\.)$/u

export const isGuid = (text: string): boolean => guid.test(text)
/** Letters, digits, `_ . ( ) -`, 1 to 90, not a dot at the end (identity-and-arm.md 2.1). */
export const isGroupName = (text: string): boolean => groupName.test(text)

/** One `/providers/{provider}/{type}/{name}…` and what is left behind it. */
function providerPart(segments: readonly string[]): { readonly part: Extension; readonly rest: readonly string[] } | undefined {
  const [word, provider, ...behind] = segments
  if (word?.toLowerCase() !== 'providers' || provider === undefined || provider === '') return undefined
  const end = behind.findIndex((segment, at) => at % 2 === 0 && segment.toLowerCase() === 'providers')
  const own = end < 0 ? behind : behind.slice(0, end)
  if (own.length === 0 || own.length % 2 !== 0 || own.includes('')) return undefined
  return {
    part: { provider, types: own.filter((_, at) => at % 2 === 0), names: own.filter((_, at) => at % 2 === 1) },
    rest: end < 0 ? [] : behind.slice(end),
  }
}

/** What is in front of the providers. */
function basePart(text: string): { readonly base: Pick<ArmId, 'subscriptionId' | 'group'>; readonly rest: readonly string[] } | undefined {
  const [empty, word, subscriptionId, ...behind] = text.replace(/\/$/, '').split('/')
  if (empty !== '' || word?.toLowerCase() !== 'subscriptions') return undefined
  if (subscriptionId === undefined || !isGuid(subscriptionId)) return undefined
  const base = { subscriptionId: subscriptionId.toLowerCase() }
  if (behind[0]?.toLowerCase() !== 'resourcegroups') return { base, rest: behind }
  const [, group, ...rest] = behind
  return group === undefined || !isGroupName(group) ? undefined : { base: { ...base, group }, rest }
}

/** Segments in any case; `undefined` where it is no ARM id of a subscription or below. */
export function parseArmId(text: string): ArmId | undefined {
  const front = basePart(text)
  if (front === undefined) return undefined
  if (front.rest.length === 0) return { ...front.base, types: [], names: [] }
  const first = providerPart(front.rest)
  if (first === undefined) return undefined
  if (first.rest.length === 0) return { ...front.base, ...first.part }
  const second = providerPart(first.rest)
  if (second === undefined || second.rest.length > 0) return undefined
  return { ...front.base, ...first.part, extension: second.part }
}

const below = (parent: Scope, { provider, types, names }: Extension): Scope => {
  let scope = parent
  for (const [at, type] of types.entries()) {
    const segment = `${type}/${names[at] ?? ''}`
    scope = childScope(scope, at === 0 ? `providers/${provider}/${segment}` : segment)
  }
  return scope
}

/** Every place on the way, root first, in lower case; each nested type is a place of its own. An extension is no place. */
export function scopeOfArmId(id: ArmId): Scope {
  const base = id.group === undefined ? subscriptionScope(id.subscriptionId) : groupScope(id.subscriptionId, id.group)
  return id.provider === undefined ? base : below(base, { provider: id.provider, types: id.types, names: id.names })
}

/** The scope that an ARM path names; `''` and `/` are the root. `undefined` where it names none. */
export function scopeOfText(text: string): Scope | undefined {
  if (text === '' || text === '/') return scopeOf([''])
  const id = parseArmId(text)
  return id === undefined || id.extension !== undefined ? undefined : scopeOfArmId(id)
}

/** Namespaces and types as Azure spells them: clients parse ids by these (identity-and-arm.md 2.1). */
const spelling: Readonly<Record<string, string>> = {
  'microsoft.keyvault': 'Microsoft.KeyVault',
  'microsoft.compute': 'Microsoft.Compute',
  'microsoft.managedidentity': 'Microsoft.ManagedIdentity',
  'microsoft.authorization': 'Microsoft.Authorization',
  'microsoft.resources': 'Microsoft.Resources',
  'microsoft.network': 'Microsoft.Network',
  'microsoft.eventgrid': 'Microsoft.EventGrid',
  eventsubscriptions: 'eventSubscriptions',
  privateendpoints: 'privateEndpoints',
  virtualmachines: 'virtualMachines',
  virtualnetworks: 'virtualNetworks',
  networkinterfaces: 'networkInterfaces',
  subnets: 'subnets',
  privateendpointconnections: 'privateEndpointConnections',
  vaults: 'vaults',
  keys: 'keys',
  versions: 'versions',
  locations: 'locations',
  deletedvaults: 'deletedVaults',
  disks: 'disks',
  diskencryptionsets: 'diskEncryptionSets',
  userassignedidentities: 'userAssignedIdentities',
  roleassignments: 'roleAssignments',
  roledefinitions: 'roleDefinitions',
}
export const canonicalName = (word: string): string => lookUp(spelling, word.toLowerCase()) ?? word

const formatPart = ({ provider, types, names }: Extension): string =>
  `/providers/${canonicalName(provider)}${types.map((type, at) => `/${canonicalName(type)}/${names[at] ?? ''}`).join('')}`

/** Azure's spelling of the fixed words; names as they are. */
export function formatArmId(id: ArmId): string {
  const group = id.group === undefined ? '' : `/resourceGroups/${id.group}`
  const own = id.provider === undefined ? '' : formatPart({ provider: id.provider, types: id.types, names: id.names })
  return `/subscriptions/${id.subscriptionId}${group}${own}${id.extension === undefined ? '' : formatPart(id.extension)}`
}
