// A workload outside signs in by the token of its own issuer: WorkloadIdentityCredential, an issuer over TLS, the instance's own way out.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WorkloadIdentityCredential } from '@azure/identity'
import { addApplication, authorityOf, azureBy, azureOf, called, groupId } from './azure.ts'
import { behindInstance } from './behind.ts'
import { audience, besideIssuer, subject, workload } from './beside-issuer.ts'

const instance = await behindInstance(import.meta.filename, besideIssuer)
const { environment } = instance
const administrator = azureOf(environment, environment.administrator)
const { issuer, tokenFile: tokenFilePath } = workload()
const credentialOf = (clientId: string) =>
  new WorkloadIdentityCredential({ tenantId: environment.tenantId, clientId, tokenFilePath, ...authorityOf(environment) })
const nameOfGroup = async (clientId: string) =>
  (await azureBy(environment, credentialOf(clientId)).resources.resourceGroups.get(environment.resourceGroup)).name

test('an application is what the issuer vouches for, by `app federate`', async () => {
  const application = await addApplication(instance, called('app'))
  await assert.rejects(nameOfGroup(application.clientId), /AADSTS70021/)
  const federated = await instance.ask('app', 'federate', application.clientId, '--issuer', issuer, '--subject', subject)
  assert.deepEqual(
    Object.entries(federated ?? {}).find(([name]) => name === 'audience'),
    ['audience', audience],
  )
  await administrator.assign('Reader', application.objectId, groupId(environment, environment.resourceGroup))
  assert.equal(await nameOfGroup(application.clientId), environment.resourceGroup)
})

test('so is a user-assigned identity, by arm-msi', async () => {
  const { identities } = administrator
  const name = called('id')
  const made = await identities.userAssignedIdentities.createOrUpdate(environment.resourceGroup, name, { location: environment.location })
  const credential = await identities.federatedIdentityCredentials.createOrUpdate(environment.resourceGroup, name, 'pod', {
    issuer,
    subject,
    audiences: [audience],
  })
  assert.equal(credential.subject, subject)
  const listed = await Array.fromAsync(identities.federatedIdentityCredentials.list(environment.resourceGroup, name))
  assert.deepEqual(
    listed.map(one => one.name),
    ['pod'],
  )
  await administrator.assign('Reader', made.principalId ?? '', groupId(environment, environment.resourceGroup))
  assert.equal(await nameOfGroup(made.clientId ?? ''), environment.resourceGroup)
  await identities.federatedIdentityCredentials.delete(environment.resourceGroup, name, 'pod')
  await assert.rejects(nameOfGroup(made.clientId ?? ''), /AADSTS70021/)
})
