import { Problem } from '#model/problem.ts'
import type { NetworkAcls } from './network-rules.ts'
import type { AccessPolicy, Vault } from './records.ts'

/** What a caller says of a vault; absent keeps what is there, or takes the default. */
export interface VaultSettings {
  readonly tenantId?: string | undefined
  readonly sku?: 'standard' | 'premium' | undefined
  readonly enableSoftDelete?: boolean | undefined
  readonly softDeleteRetentionInDays?: number | undefined
  readonly enablePurgeProtection?: boolean | undefined
  readonly enableRbacAuthorization?: boolean | undefined
  readonly enabledForDeployment?: boolean | undefined
  readonly enabledForDiskEncryption?: boolean | undefined
  readonly enabledForTemplateDeployment?: boolean | undefined
  readonly publicNetworkAccess?: 'Enabled' | 'Disabled' | undefined
  readonly networkAcls?: NetworkWishes | undefined
  readonly accessPolicies?: readonly AccessPolicy[] | undefined
}

/** Members that are absent keep what is there: a change of one rule never opens a vault by what it does not say. */
export type NetworkWishes = { readonly [K in keyof NetworkAcls]?: NetworkAcls[K] | undefined }

export type Settled = Pick<
  Vault,
  | 'tenantId'
  | 'sku'
  | 'enableRbacAuthorization'
  | 'enablePurgeProtection'
  | 'softDeleteRetentionInDays'
  | 'enabledForDeployment'
  | 'enabledForDiskEncryption'
  | 'enabledForTemplateDeployment'
  | 'publicNetworkAccess'
  | 'networkAcls'
  | 'accessPolicies'
>

const retentionDefault = 90
const policiesMax = 1_024
/** key-vault.md 8; the published limit of virtual network rules is smaller. */
const ipRulesMax = 1_000
const subnetRulesMax = 200

export const badRequest = (message: string, target?: string): Problem =>
  new Problem({ code: 'ArmRefused', details: { status: 400, code: 'BadRequest', message, ...(target !== undefined && { target }) } })

/** Rules that hold for a new vault and an old one (identity-and-arm.md 3.1). Raises `ArmRefused`. */
function refuseImpossible(settings: VaultSettings, tenantId: string): void {
  if (settings.tenantId !== undefined && settings.tenantId.toLowerCase() !== tenantId)
    throw badRequest(`The tenant ID '${settings.tenantId}' is not the tenant of the subscription.`, 'properties.tenantId')
  if (settings.enableSoftDelete === false)
    throw badRequest(
      'The property "enableSoftDelete" can be set to false only for creating new vault. Enabling the \'soft delete\' functionality is an irreversible action.',
    )
  if (settings.enablePurgeProtection === false)
    throw badRequest(
      'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault is an irreversible action.',
    )
  if (settings.accessPolicies?.some(policy => policy.tenantId !== tenantId) === true)
    throw badRequest('Every access policy of a vault names the tenant of the vault.', 'properties.accessPolicies')
  refuseBeyondLimits(settings)
}

function refuseBeyondLimits({ softDeleteRetentionInDays: days, accessPolicies = [], networkAcls }: VaultSettings): void {
  if (days !== undefined && (days < 7 || days > 90))
    throw badRequest(`The property "softDeleteRetentionInDays" must be between 7 and 90 days. The given value is ${days}.`)
  if (accessPolicies.length > policiesMax) throw badRequest(`A vault has at most ${policiesMax} access policies.`)
  if (networkAcls !== undefined) refuseManyRules(networkAcls)
}

function refuseManyRules({ ipRules = [], virtualNetworkRules = [] }: NetworkWishes): void {
  if (ipRules.length > ipRulesMax)
    throw badRequest(`A vault has at most ${ipRulesMax} IP rules. The given number is ${ipRules.length}.`, 'properties.networkAcls.ipRules')
  if (virtualNetworkRules.length > subnetRulesMax)
    throw badRequest(`A vault has at most ${subnetRulesMax} virtual network rules. The given number is ${virtualNetworkRules.length}.`)
}

/** Settings of a vault that is made now. Raises `ArmRefused`. */
export function newSettings(settings: VaultSettings, defaults: { readonly tenantId: string; readonly rbac: boolean }): Settled {
  refuseImpossible(settings, defaults.tenantId)
  if (settings.tenantId === undefined) throw badRequest('The parameter tenantId is not specified.', 'properties.tenantId')
  if (settings.sku === undefined) throw badRequest('The parameter sku is not specified.')
  const enableRbacAuthorization = settings.enableRbacAuthorization ?? defaults.rbac
  if (!enableRbacAuthorization && settings.accessPolicies === undefined) throw badRequest('The parameter accessPolicies is not specified.')
  return {
    tenantId: defaults.tenantId,
    sku: settings.sku,
    enableRbacAuthorization,
    enablePurgeProtection: settings.enablePurgeProtection ?? false,
    softDeleteRetentionInDays: settings.softDeleteRetentionInDays ?? retentionDefault,
    ...switches(settings, { enabledForDeployment: false, enabledForDiskEncryption: false, enabledForTemplateDeployment: false }),
    publicNetworkAccess: settings.publicNetworkAccess ?? 'Enabled',
    networkAcls: settledNetwork(undefined, settings.networkAcls),
    accessPolicies: [...(settings.accessPolicies ?? [])],
  }
}

const noNetworkRules: NetworkAcls = { bypass: 'AzureServices', defaultAction: 'Allow', ipRules: [], virtualNetworkRules: [] }

function settledNetwork(before: Vault['networkAcls'], wishes: NetworkWishes | undefined): Vault['networkAcls'] {
  if (wishes === undefined) return before
  const { bypass, defaultAction, ipRules, virtualNetworkRules } = before ?? noNetworkRules
  return {
    bypass: wishes.bypass ?? bypass,
    defaultAction: wishes.defaultAction ?? defaultAction,
    ipRules: wishes.ipRules ?? ipRules,
    virtualNetworkRules: wishes.virtualNetworkRules ?? virtualNetworkRules,
  }
}

const switches = (
  given: VaultSettings,
  before: Pick<Vault, 'enabledForDeployment' | 'enabledForDiskEncryption' | 'enabledForTemplateDeployment'>,
) => ({
  enabledForDeployment: given.enabledForDeployment ?? before.enabledForDeployment,
  enabledForDiskEncryption: given.enabledForDiskEncryption ?? before.enabledForDiskEncryption,
  enabledForTemplateDeployment: given.enabledForTemplateDeployment ?? before.enabledForTemplateDeployment,
})

/** A change of a vault: what is absent stays, so that an older client never switches something off that it does not know. Raises `ArmRefused`. */
export function changedSettings(before: Vault, settings: VaultSettings): Settled {
  refuseImpossible(settings, before.tenantId)
  const days = settings.softDeleteRetentionInDays
  if (days !== undefined && days !== before.softDeleteRetentionInDays)
    throw badRequest('The property "softDeleteRetentionInDays" has been set already and it can\'t be modified.')
  return {
    tenantId: before.tenantId,
    sku: settings.sku ?? before.sku,
    enableRbacAuthorization: settings.enableRbacAuthorization ?? before.enableRbacAuthorization,
    enablePurgeProtection: before.enablePurgeProtection || settings.enablePurgeProtection === true,
    softDeleteRetentionInDays: before.softDeleteRetentionInDays,
    ...switches(settings, before),
    publicNetworkAccess: settings.publicNetworkAccess ?? before.publicNetworkAccess,
    networkAcls: settledNetwork(before.networkAcls, settings.networkAcls),
    accessPolicies: [...(settings.accessPolicies ?? before.accessPolicies)],
  }
}

const samePolicy = (one: AccessPolicy, other: AccessPolicy): boolean =>
  one.objectId === other.objectId && one.tenantId === other.tenantId && one.applicationId === other.applicationId

const kinds = ['keys', 'secrets', 'certificates', 'storage'] as const

function combined(before: AccessPolicy, change: AccessPolicy, how: 'add' | 'remove'): AccessPolicy {
  const permissions: Record<string, string[]> = {}
  for (const kind of kinds) {
    const [had, given] = [before.permissions[kind] ?? [], change.permissions[kind] ?? []]
    const names = (words: readonly string[]) => new Set(words.map(word => word.toLowerCase()))
    const [hadNames, givenNames] = [names(had), names(given)]
    permissions[kind] =
      how === 'add'
        ? [...had, ...given.filter(word => !hadNames.has(word.toLowerCase()))]
        : had.filter(word => !givenNames.has(word.toLowerCase()))
  }
  return { ...before, permissions }
}

const isEmpty = (policy: AccessPolicy): boolean => kinds.every(kind => (policy.permissions[kind] ?? []).length === 0)

/** `accessPolicies/add | replace | remove`: by object, tenant and application. */
export function changedPolicies(
  before: readonly AccessPolicy[],
  change: readonly AccessPolicy[],
  how: 'add' | 'replace' | 'remove',
): AccessPolicy[] {
  if (how === 'replace') return [...change]
  const after = [...before]
  for (const policy of change) {
    const at = after.findIndex(known => samePolicy(known, policy))
    const known = after[at]
    if (known !== undefined) after[at] = combined(known, policy, how)
    else if (how === 'add') after.push(policy)
  }
  return after.filter(policy => !isEmpty(policy))
}
