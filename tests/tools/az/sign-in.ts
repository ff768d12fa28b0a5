import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { addApplication, azureOf, groupId, type Application } from '#tests/clients/azure.ts'
import { clientCertificate } from '#tests/clients/certificate.ts'
import { audience, subject, workload } from '#tests/clients/beside-issuer.ts'
import { addCertificate } from '#tests/clients/graph.ts'
import { named, type Az } from './session.ts'

export async function signIn(az: Az, { clientId, clientSecret }: Application): Promise<void> {
  az.hide(clientSecret, 'SECRET')
  const { tenantId } = az.instance.environment
  await az.run('login', '--service-principal', '--username', clientId, '--password', clientSecret, '--tenant', tenantId)
}

export function signInBySecret(az: Az): void {
  const { administrator, subscriptionId, tenantId } = az.instance.environment
  describe('az login', () => {
    test('with a secret, and the subscription is seen', async () => {
      await signIn(az, administrator)
      const shown = await az.read(z.looseObject({ id: z.guid(), tenantId: z.guid() }), 'account', 'show')
      assert.deepEqual([shown.id, shown.tenantId], [subscriptionId, tenantId])
    })

    test('not with a wrong one', async () => {
      const words = ['--username', administrator.clientId, '--password', 'wrong', '--tenant', tenantId]
      await az.as('nobody').refused(/AADSTS7000215/, 'login', '--service-principal', ...words)
    })
  })
}

export function signInByCertificate(az: Az): void {
  const { instance, group } = az
  const { environment } = instance
  describe('az login with a certificate', () => {
    test('as an application that may read one group, and nothing else', async () => {
      const robot = az.as('robot')
      const application = await addApplication(instance, 'robot')
      const certificate = await clientCertificate('robot')
      await addCertificate(instance, azureOf(environment, environment.administrator), { application, der: certificate.der })
      await azureOf(environment, environment.administrator).assign('Reader', application.objectId, groupId(environment, group))
      writeFileSync(az.path('robot.pem'), certificate.pem, { mode: 0o600 })
      const by = ['--username', application.clientId, '--certificate', az.path('robot.pem'), '--tenant', environment.tenantId]
      await robot.run('login', '--service-principal', ...by)
      assert.equal((await robot.read(named, 'group', 'show', '--name', group)).name, group)
      await robot.refused(/AuthorizationFailed/, 'group', 'create', '--name', 'other', '--location', environment.location)
    })
  })
}

export function signInByFederatedToken(az: Az): void {
  const { instance, group } = az
  const { environment } = instance
  describe('az login with a federated token', () => {
    test('as an application that an issuer outside vouches for, and not before', async () => {
      const { issuer, token } = workload()
      az.hide(issuer, 'https://ISSUER')
      az.hide(token, 'TOKEN')
      const application = await addApplication(instance, 'pod')
      await az.give('Reader', { id: application.objectId }, groupId(environment, group))
      const pod = az.as('pod')
      const login = ['login', '--service-principal', '--username', application.clientId, '--tenant', environment.tenantId]
      await pod.refused(/AADSTS70021/, ...login, '--federated-token', token)
      writeFileSync(az.path('federation.json'), JSON.stringify({ name: 'pod', issuer, subject, audiences: [audience] }))
      const words = ['--id', application.clientId, '--parameters', `@${az.path('federation.json')}`]
      await az.run('ad', 'app', 'federated-credential', 'create', ...words)
      await pod.run(...login, '--federated-token', token)
      assert.equal((await pod.read(named, 'group', 'show', '--name', group)).name, group)
    })
  })
}
