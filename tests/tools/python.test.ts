import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { addApplication, azureOf, called } from '#tests/clients/azure.ts'
import { behindInstance } from '#tests/clients/behind.ts'
import { clientCertificate } from '#tests/clients/certificate.ts'
import { addCertificate } from '#tests/clients/graph.ts'
import type { Instance } from '#tests/clients/instance.ts'
import { findProgram, ran, testMissing } from './programs.ts'

const python = findProgram('python3', ['-c', 'import requests, azure.identity, azure.keyvault.keys'])
if (python === undefined)
  testMissing('Python', 'no python3 with azure-identity and azure-keyvault-keys: pip install them in a virtual environment')
else testPython(python, await behindInstance(import.meta.filename))

function testPython(program: string, instance: Instance): void {
  const { environment } = instance
  const { administrator, endpoints, location, resourceGroup } = environment
  describe('Python azure-identity and azure-keyvault-keys', { timeout: 180_000 }, () => {
    test('sign in by environment, secret and certificate, and use keys as they would in Azure', async () => {
      const application = await addApplication(instance, called('robot'))
      const certificate = await clientCertificate('robot')
      await addCertificate(instance, azureOf(environment, administrator), { application, der: certificate.der })
      const file = join(instance.dir, 'robot.pem')
      writeFileSync(file, certificate.pem, { mode: 0o600 })
      const robot = `${application.clientId}:${application.objectId}`
      const script = join(import.meta.dirname, 'client.py')
      const words = [script, endpoints.management, endpoints.vaultSuffix, resourceGroup, location, robot, file]
      const env = { ...process.env, KEYSTEAD_ADMINISTRATOR: administrator.objectId }
      const { code, stdout, stderr } = await ran(program, words, { env, cwd: instance.dir })
      assert.equal(code, 0, stderr)
      assert.equal(stdout.trim(), 'everything')
    })
  })
}
