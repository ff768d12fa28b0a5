// The customer keeps the key in a tenant of his own, and takes it away there (disk-encryption.md A.1, federatedClientId).
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { issueToken } from '#domain/identity/issue-token.ts'
import { bringUpTenant, type MadeTenant } from '#domain/identity/new-tenant.ts'
import { tenantId as home } from '#domain/identity/testing.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { operator, system } from '#model/principal.ts'
import { ask, objectIn, textIn, type Answered } from '#protocols/http/testing.ts'
import { codeOf, domain, groupId, house, type House } from '#tests/wire/house.ts'

const versions: readonly (readonly [part: RegExp, version: string])[] = [
  [/Microsoft\.ManagedIdentity/, '2023-01-31'],
  [/Microsoft\.Authorization/, '2022-04-01'],
  [/Microsoft\.KeyVault/, '2023-07-01'],
  [/Microsoft\.Compute/, '2024-03-02'],
]
const roles = { officer: '14b46e9e-c2b7-41b4-b07b-48a6ebf60603', encryption: 'e147488a-f6f5-4113-8e2d-b22465e65bf6' } as const
const customerVault = 'kv-customer'

type Asking = (method: string, url: string, body?: unknown) => Promise<Answered>

describe('a disk encryption set with a key of another tenant', () => {
  let all: House
  let customer: MadeTenant
  let provider: Asking
  let owner: Asking
  let keyUrl = ''
  let identity: { readonly id: string; readonly principalId: string }
  let application: { readonly id: string; readonly appId: string }
  let assignment = ''
  const set = `${groupId}/providers/Microsoft.Compute/diskEncryptionSets/des`

  const good = async (answering: Promise<Answered>): Promise<Readonly<Record<string, unknown>>> => {
    const answered = await answering
    assert(answered.status < 300, `${answered.status} ${answered.text}`)
    return answered.json
  }

  /** Asks as an application of one tenant: a path is ARM's, Graph's where it begins with /v1.0, a vault's as a URL. */
  const asking =
    (tenant: string, { clientId, clientSecret }: { readonly clientId: string; readonly clientSecret: string }): Asking =>
    async (method, path, body) => {
      const wire = path.startsWith('https:') ? 'keyvault' : path.startsWith('/v1.0') ? 'graph' : 'arm'
      const { pipeline, host, resource = '' } = all.wire(wire)
      const { accessToken } = await all.ground.run(system, async call =>
        issueToken(all.ground.context, call, {
          tenant,
          grantType: 'client_credentials',
          clientId,
          credential: { secret: clientSecret },
          asked: { scope: `${resource}/.default` },
          capable: false,
          login: `https://login.${domain}`,
          reached: { domain, portSuffix: '' },
        }),
      )
      const version =
        wire === 'arm' ? (versions.find(([part]) => part.test(path))?.[1] ?? '2021-04-01') : wire === 'keyvault' ? '7.4' : undefined
      const url = `${wire === 'keyvault' ? path : `https://${host}${path}`}${version === undefined ? '' : `?api-version=${version}`}`
      return ask(pipeline, { method, url, headers: { authorization: `Bearer ${accessToken}` }, ...(body !== undefined && { body }) })
    }

  const assign = async (who: Asking, { scope, roleId, principalId }: { scope: string; roleId: string; principalId: string }) => {
    const subscription = scope.split('/').slice(0, 3).join('/')
    const path = `${scope}/providers/Microsoft.Authorization/roleAssignments/${crypto.randomUUID()}`
    const roleDefinitionId = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`
    await good(who('PUT', path, { properties: { roleDefinitionId, principalId } }))
    return path
  }

  const putSet = async (properties: object = {}, type = 'UserAssigned') =>
    provider('PUT', set, {
      location: 'local',
      identity: { type, ...(type === 'UserAssigned' && { userAssignedIdentities: { [identity.id]: {} } }) },
      properties: { activeKey: { keyUrl }, federatedClientId: application.appId, ...properties },
    })
  const putDisk = async (name: string) =>
    provider('PUT', `${groupId}/providers/Microsoft.Compute/disks/${name}`, {
      location: 'local',
      properties: {
        creationData: { createOption: 'Empty' },
        diskSizeGB: 1,
        encryption: { type: 'EncryptionAtRestWithCustomerKey', diskEncryptionSetId: set },
      },
    })
  const credentials = () => `/v1.0/applications/${application.id}/federatedIdentityCredentials`

  before(async () => {
    all = await house()
    const { ground } = all
    customer = await ground.run(operator, async call =>
      bringUpTenant(ground.context, call, {
        permit: ground.context.access.permit(call, 'instance.operate', { on: rootScope }),
        displayName: 'Customer',
        secretEndsAt: call.at + 86_400_000,
      }),
    )
    const administrator = await ground.add('provider', 'write')
    provider = asking(home, { clientId: administrator.appId, clientSecret: administrator.secretText })
    owner = asking(customer.tenantId, customer.administrator)
    const grant = {
      roleDefinitionId: `${groupId.split('/').slice(0, 3).join('/')}/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635`,
      principalId: administrator.oid,
    }
    const path = `${groupId}/providers/Microsoft.Authorization/roleAssignments/${crypto.randomUUID()}?api-version=2022-04-01`
    assert.equal(
      (await all.send({ ...all.wire('arm'), apiVersion: undefined }, 'administrator', { method: 'PUT', path, body: { properties: grant } }))
        .status,
      201,
    )
    // The customer's vault and key.
    const vault = `/subscriptions/${customer.subscriptionId}/resourceGroups/${customer.resourceGroup}/providers/Microsoft.KeyVault/vaults/${customerVault}`
    const properties = {
      tenantId: customer.tenantId,
      sku: { family: 'A', name: 'standard' },
      enableRbacAuthorization: true,
      enablePurgeProtection: true,
    }
    await good(owner('PUT', vault, { location: 'local', properties }))
    await assign(owner, { scope: vault, roleId: roles.officer, principalId: customer.administrator.objectId })
    const key = await good(owner('POST', `https://${customerVault}.vault.${domain}/keys/cmk/create`, { kty: 'RSA', key_size: 2048 }))
    keyUrl = textIn(objectIn(key['key'])['kid'])
    // The provider's identity, and the application that trusts it.
    const made = await good(
      provider('PUT', `${groupId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/des-identity`, { location: 'local' }),
    )
    identity = { id: textIn(made['id']), principalId: textIn(objectIn(made['properties'])['principalId']) }
    const app = await good(provider('POST', '/v1.0/applications', { displayName: 'across', signInAudience: 'AzureADMultipleOrgs' }))
    application = { id: textIn(app['id']), appId: textIn(app['appId']) }
    await good(
      provider('POST', credentials(), {
        name: 'des',
        issuer: `https://login.${domain}/${home}/v2.0`,
        subject: identity.principalId,
        audiences: ['api://AzureADTokenExchange'],
      }),
    )
    // The customer lets the application in, and gives it the role.
    const principal = await good(owner('POST', '/v1.0/servicePrincipals', { appId: application.appId }))
    assert.equal(principal['appOwnerOrganizationId'], home)
    assignment = await assign(owner, { scope: vault, roleId: roles.encryption, principalId: textIn(principal['id']) })
  })

  test('is refused without the application, and with an identity of its own', async () => {
    const without = await putSet({ federatedClientId: 'None' })
    assert.deepEqual([without.status, codeOf(without)], [400, 'InvalidParameter'])
    const own = await putSet({}, 'SystemAssigned')
    assert.deepEqual([own.status, codeOf(own)], [400, 'InvalidParameter'])
  })

  test('tells nobody where the vault of another tenant is', async () => {
    const guessed = await putSet({ activeKey: { keyUrl, sourceVault: { id: `${groupId}/providers/Microsoft.KeyVault/vaults/guessed` } } })
    assert.deepEqual([guessed.status, codeOf(guessed)], [400, 'InvalidParameter'])
    assert(!guessed.text.includes(customer.subscriptionId), guessed.text)
  })

  test('is refused while the application does not trust the identity, or does not belong to others', async () => {
    await good(provider('PATCH', `${credentials()}/des`, { subject: 'another' }))
    const distrusted = await putSet()
    assert.deepEqual([distrusted.status, codeOf(distrusted)], [400, 'KeyVaultAccessForbidden'], distrusted.text)
    await good(provider('PATCH', `${credentials()}/des`, { subject: identity.principalId }))
    await good(provider('PATCH', `/v1.0/applications/${application.id}`, { signInAudience: 'AzureADMyOrg' }))
    assert.equal(codeOf(await putSet()), 'KeyVaultAccessForbidden')
    await good(provider('PATCH', `/v1.0/applications/${application.id}`, { signInAudience: 'AzureADMultipleOrgs' }))
  })

  test('protects disks by it, as the application in the tenant of the key, and no longer than the customer lets it', async () => {
    const made = await good(putSet())
    assert.equal(objectIn(made['properties'])['federatedClientId'], application.appId)
    await good(putDisk('data-1'))
    const wrapped = all.ground.rows().findLast(row => row['operation'] === 'KeyWrap')
    const actor = objectIn(wrapped?.['actor'])
    assert.deepEqual([actor['tenant'], actor['appid'], actor['authMethod']], [customer.tenantId, application.appId, 'federated'])
    await good(owner('DELETE', assignment))
    const refused = await putDisk('data-2')
    assert.deepEqual([refused.status, codeOf(refused)], [400, 'KeyVaultAccessForbidden'])
  })

  test('an identity that is gone opens nothing, though its application stays', async () => {
    const vault = assignment.split('/providers/Microsoft.Authorization')[0] ?? ''
    const principal = all.ground.context.identity.index.servicePrincipalOfApp(customer.tenantId, application.appId)?.value.id ?? ''
    await assign(owner, { scope: vault, roleId: roles.encryption, principalId: principal })
    await good(putDisk('data-3'))
    await all.ground.run(system, async call => {
      const held = all.ground.context.servicePrincipals.peek().find(({ value }) => value.id === identity.principalId)
      assert(held)
      all.ground.context.servicePrincipals.remove(call, held)
    })
    assert.equal(codeOf(await putDisk('data-4')), 'KeyVaultAccessForbidden')
  })
})
