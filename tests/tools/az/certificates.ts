import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { clientCertificate } from '#tests/clients/certificate.ts'
import { listed, type Az } from './session.ts'

const certificateShape = z.looseObject({ id: z.string(), sid: z.string().nullable(), cer: z.string() })
const operationShape = z.looseObject({ status: z.string() })
const policyShape = z.looseObject({
  issuerParameters: z.looseObject({ name: z.string() }),
  x509CertificateProperties: z.looseObject({ subject: z.string() }),
})

export function certificates(az: Az): void {
  const of = ['--vault-name', az.vault]
  const at = (name: string): readonly string[] => [...of, '--name', name]

  describe('az keyvault certificate', () => {
    test('a self-signed certificate by the policy that az gives, shown, listed, downloaded', async () => {
      const policy = await az.read(policyShape, 'keyvault', 'certificate', 'get-default-policy')
      writeFileSync(az.path('policy.json'), JSON.stringify(policy))
      const made = await az.read(
        operationShape,
        'keyvault',
        'certificate',
        'create',
        ...at('site'),
        '--policy',
        `@${az.path('policy.json')}`,
      )
      assert.equal(made.status, 'completed')
      const shown = await az.read(certificateShape, 'keyvault', 'certificate', 'show', ...at('site'))
      const certificate = new X509Certificate(Buffer.from(shown.cer, 'base64'))
      assert.match(certificate.subject, /CN=CLIGetDefaultPolicy/)
      assert(certificate.verify(certificate.publicKey))
      assert.equal((await az.read(listed, 'keyvault', 'certificate', 'list', ...of)).length, 1)
      assert.equal((await az.read(listed, 'keyvault', 'certificate', 'list-versions', ...at('site'))).length, 1)
      await az.run('keyvault', 'certificate', 'download', ...at('site'), '--file', az.path('site.pem'))
      assert.equal(new X509Certificate(readFileSync(az.path('site.pem'))).fingerprint256, certificate.fingerprint256)
    })

    test('its private key is behind a secret of its name', async () => {
      await az.run('keyvault', 'secret', 'download', ...at('site'), '--file', az.path('site.pfx'), '--encoding', 'base64')
      assert(readFileSync(az.path('site.pfx')).length > 1000)
    })

    test('one from outside is imported', async () => {
      writeFileSync(az.path('brought-certificate.pem'), (await clientCertificate('brought.example')).pem, { mode: 0o600 })
      await az.run('keyvault', 'certificate', 'import', ...at('brought-site'), '--file', az.path('brought-certificate.pem'))
      const { cer } = await az.read(certificateShape, 'keyvault', 'certificate', 'show', ...at('brought-site'))
      assert.equal(new X509Certificate(Buffer.from(cer, 'base64')).subject, 'CN=brought.example')
    })

    test('it is changed, and has a pending operation to show', async () => {
      await az.run('keyvault', 'certificate', 'set-attributes', ...at('site'), '--enabled', 'false')
      await az.run('keyvault', 'certificate', 'set-attributes', ...at('site'), '--enabled', 'true', '--tags', 'site=main')
      assert.equal((await az.read(operationShape, 'keyvault', 'certificate', 'pending', 'show', ...at('site'))).status, 'completed')
    })

    test('contacts and issuers are kept', async () => {
      await az.run('keyvault', 'certificate', 'contact', 'add', ...of, '--email', 'keys@example.com')
      assert(JSON.stringify(await az.run('keyvault', 'certificate', 'contact', 'list', ...of)).includes('keys@example.com'))
      await az.run('keyvault', 'certificate', 'contact', 'delete', ...of, '--email', 'keys@example.com')
      const issuer = [...of, '--issuer-name', 'outside']
      await az.run('keyvault', 'certificate', 'issuer', 'create', ...issuer, '--provider-name', 'Test')
      await az.run('keyvault', 'certificate', 'issuer', 'show', ...issuer)
      assert.equal((await az.read(listed, 'keyvault', 'certificate', 'issuer', 'list', ...of)).length, 1)
      await az.run('keyvault', 'certificate', 'issuer', 'delete', ...issuer)
    })

    test('a deleted certificate is listed, recovered, deleted again, purged, and restored from its backup', async () => {
      await az.run('keyvault', 'certificate', 'backup', ...at('site'), '--file', az.path('site.backup'))
      await az.run('keyvault', 'certificate', 'delete', ...at('site'))
      assert.equal((await az.read(listed, 'keyvault', 'certificate', 'list-deleted', ...of)).length, 1)
      await az.run('keyvault', 'certificate', 'show-deleted', ...at('site'))
      await az.run('keyvault', 'certificate', 'recover', ...at('site'))
      await az.run('keyvault', 'certificate', 'delete', ...at('site'))
      await az.run('keyvault', 'certificate', 'purge', ...at('site'))
      await az.refused(/CertificateNotFound/, 'keyvault', 'certificate', 'show', ...at('site'))
      await az.run('keyvault', 'certificate', 'restore', ...of, '--file', az.path('site.backup'))
      await az.run('keyvault', 'certificate', 'show', ...at('site'))
    })
  })
}
