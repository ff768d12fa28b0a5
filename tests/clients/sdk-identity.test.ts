import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ClientCertificateCredential, ClientSecretCredential, DefaultAzureCredential, type TokenCredential } from '@azure/identity'
import { addApplication, authorityOf, azureBy, azureOf, called, groupId, vaultResource } from './azure.ts'
import { behindInstance } from './behind.ts'
import { clientCertificate } from './certificate.ts'
import { addCertificate } from './graph.ts'

const instance = await behindInstance(import.meta.filename)
const { environment } = instance
const { administrator, tenantId } = environment

async function claims(credential: TokenCredential, resource: string): Promise<Record<string, unknown>> {
  const answer = await credential.getToken(`${resource}/.default`)
  assert(answer !== null)
  assert(answer.expiresOnTimestamp > Date.now() + 60_000, 'a token lives')
  return JSON.parse(Buffer.from(answer.token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}

describe('@azure/identity', () => {
  test('DefaultAzureCredential signs in by the environment that `keystead env` prints', async () => {
    const credential = new DefaultAzureCredential({ disableInstanceDiscovery: true })
    const seen = await claims(credential, environment.endpoints.management)
    assert.equal(seen['oid'], administrator.objectId)
    assert.equal(seen['tid'], tenantId)
    const group = await azureBy(environment, credential).resources.resourceGroups.get(environment.resourceGroup)
    assert.equal(group.id, groupId(environment, environment.resourceGroup))
  })

  test('DefaultAzureCredential signs in without any option: the proxy answers instance discovery', async () => {
    assert.equal((await claims(new DefaultAzureCredential(), environment.endpoints.management))['oid'], administrator.objectId)
  })

  test('ClientSecretCredential signs in, and a wrong secret is Entra’s own refusal', async () => {
    const application = await addApplication(instance, called('app'))
    const good = new ClientSecretCredential(tenantId, application.clientId, application.clientSecret, authorityOf(environment))
    const seen = await claims(good, vaultResource(environment))
    assert.equal(seen['oid'], application.objectId)
    assert.equal(seen['appidacr'], '1')
    const bad = new ClientSecretCredential(tenantId, application.clientId, `${application.clientSecret}x`, authorityOf(environment))
    await assert.rejects(claims(bad, vaultResource(environment)), /AADSTS7000215/)
    const nobody = new ClientSecretCredential(tenantId, crypto.randomUUID(), application.clientSecret, authorityOf(environment))
    await assert.rejects(claims(nobody, vaultResource(environment)), /AADSTS700016/)
  })

  test('ClientCertificateCredential signs in by a file and by text; another certificate is refused', async () => {
    const application = await addApplication(instance, called('app'))
    const certificate = await clientCertificate('client')
    await addCertificate(instance, azureOf(environment, administrator), { application, der: certificate.der })
    const certificatePath = join(instance.dir, 'client.pem')
    writeFileSync(certificatePath, certificate.pem, { mode: 0o600 })
    const { clientId } = application
    for (const credential of [
      new ClientCertificateCredential(tenantId, clientId, certificatePath, authorityOf(environment)),
      new ClientCertificateCredential(tenantId, clientId, { certificate: certificate.pem }, authorityOf(environment)),
    ]) {
      const seen = await claims(credential, vaultResource(environment))
      assert.equal(seen['oid'], application.objectId)
      assert.equal(seen['appidacr'], '2')
    }
    const other = await clientCertificate('client')
    const credential = new ClientCertificateCredential(tenantId, application.clientId, { certificate: other.pem }, authorityOf(environment))
    await assert.rejects(claims(credential, vaultResource(environment)), /AADSTS700027/)
  })

  test('a token for one service is none for another', async () => {
    const token = await azureOf(environment, administrator).token(vaultResource(environment))
    const answer = await fetch(
      `${environment.endpoints.management}${groupId(environment, environment.resourceGroup)}?api-version=2021-04-01`,
      {
        headers: { authorization: `Bearer ${token}` },
      },
    )
    assert.equal(answer.status, 401)
  })
})
