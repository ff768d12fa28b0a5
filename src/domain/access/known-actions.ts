import { Problem } from '#model/problem.ts'
import { actionPattern, type RolePermission } from './role-definition.ts'

/** The control plane of the one provider whose actions are known to the last (permissions reference "Security"). */
const control = words(`
  register/action unregister/action checkNameAvailability/read checkMhsmNameAvailability/read operations/read
  deletedManagedHsms/read deletedVaults/read
  hsmPools/read hsmPools/write hsmPools/delete hsmPools/joinVault/action
  locations/deleteVirtualNetworkOrSubnets/action locations/notifyNetworkSecurityPerimeterUpdatesAvailable/action
  locations/deletedManagedHsms/read locations/deletedManagedHsms/purge/action locations/deletedManagedHsms/delete
  locations/deletedVaults/read locations/deletedVaults/purge/action
  locations/managedHsmOperationResults/read locations/operationResults/read
  managedHSMs/read managedHSMs/write managedHSMs/delete managedHSMs/joinPerimeter/action
  vaults/read vaults/write vaults/delete vaults/deploy/action vaults/joinPerimeter/action vaults/accessPolicies/write
  vaults/eventGridFilters/read vaults/eventGridFilters/write vaults/eventGridFilters/delete
  vaults/secrets/read vaults/secrets/write
  ${ofBoth(`PrivateEndpointConnectionsApproval/action keys/read keys/write keys/versions/read
    privateEndpointConnectionProxies/read privateEndpointConnectionProxies/write privateEndpointConnectionProxies/delete
    privateEndpointConnectionProxies/validate/action
    privateEndpointConnections/read privateEndpointConnections/write privateEndpointConnections/delete privateLinkResources/read
    networkSecurityPerimeterAssociationProxies/read networkSecurityPerimeterAssociationProxies/write
    networkSecurityPerimeterAssociationProxies/delete networkSecurityPerimeterConfigurations/read
    networkSecurityPerimeterConfigurations/reconcile/action
    providers/Microsoft.Insights/diagnosticSettings/Read providers/Microsoft.Insights/diagnosticSettings/Write
    providers/Microsoft.Insights/logDefinitions/read providers/Microsoft.Insights/metricDefinitions/read`)}
`)

/** Its data plane (identity-and-arm.md 3.3, "Data actions"). */
const data = words(`
  ${verbs('keys', 'create import update recover restore backup purge encrypt decrypt wrap unwrap sign verify release rotate')}
  vaults/keys/read vaults/keys/delete vaults/keyrotationpolicies/read vaults/keyrotationpolicies/write
  ${verbs('secrets', 'readMetadata getSecret setSecret update backup restore recover purge')} vaults/secrets/delete
  ${verbs('certificates', 'create import update backup restore recover purge')} vaults/certificates/read vaults/certificates/delete
  vaults/certificatecas/read vaults/certificatecas/write vaults/certificatecas/delete vaults/certificatecontacts/write
  ${verbs('storageaccounts', 'set backup restore recover purge regeneratekey sas/set')}
  vaults/storageaccounts/read vaults/storageaccounts/delete vaults/storageaccounts/sas/read vaults/storageaccounts/sas/delete
`)

function words(text: string): readonly string[] {
  return text
    .split(/\s+/)
    .filter(word => word !== '')
    .map(word => `Microsoft.KeyVault/${word}`)
}
function ofBoth(text: string): string {
  return ['vaults', 'managedHSMs']
    .map(type =>
      text
        .trim()
        .split(/\s+/)
        .map(word => `${type}/${word}`)
        .join(' '),
    )
    .join(' ')
}
function verbs(type: string, text: string): string {
  return text
    .split(' ')
    .map(verb => `vaults/${type}/${verb}/action`)
    .join(' ')
}

/**
 * Refuses what no provider has in a role, as it would give nothing and look as if it did. Of Key Vault every action is known; of
 * others it is asked whether it can be one: they may have it tomorrow. Raises `ArmRefused` InvalidActionOrNotAction,
 * InvalidDataActionOrNotDataAction.
 */
export function refuseUnknownActions(permissions: readonly RolePermission[]): void {
  for (const { actions, notActions, dataActions, notDataActions } of permissions) {
    for (const action of [...actions, ...notActions]) refuseUnknown(action, control, 'InvalidActionOrNotAction')
    for (const action of [...dataActions, ...notDataActions]) refuseUnknown(action, data, 'InvalidDataActionOrNotDataAction')
  }
}

function refuseUnknown(action: string, known: readonly string[], code: string): void {
  const [namespace = ''] = action.split('/')
  if (namespace.toLowerCase() === 'microsoft.keyvault') {
    const pattern = actionPattern(action)
    if (known.some(one => pattern.test(one))) return
  } else if (namespace.includes('*') || (/^[a-z0-9]+(?:\.[a-z0-9]+)+$/i.test(namespace) && endsInVerb(action))) return
  const message = `'${action}' does not match any of the actions supported by the providers.`
  throw new Problem({ code: 'ArmRefused', details: { status: 400, code, message } })
}

const endsInVerb = (action: string): boolean => /\/(?:read|write|delete|action|[^/]*\*[^/]*)$/i.test(action)
