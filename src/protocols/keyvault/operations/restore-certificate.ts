import { restoreCertificate } from '#domain/certificates/back-up-certificate.ts'
import { currentCertificateBundle } from '#protocols/keyvault/certificate-shapes.ts'
import { restoreBody } from '#protocols/keyvault/bodies.ts'
import { restoreBytesMax } from '#protocols/keyvault/limits.ts'
import { json } from '#protocols/http/answer.ts'
import { noParams, noQuery, scopeOfVault } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const restoreCertificateOperation = vaultOperation({
  name: 'CertificateRestore',
  method: 'POST',
  path: '/certificates/restore',
  permissions: ['certificate.restore'],
  scope: scopeOfVault,
  params: noParams,
  query: noQuery,
  body: { json: restoreBody, maximumBytes: restoreBytesMax },
  async handle(context, call, { site, body, permit, request }) {
    const restored = await restoreCertificate(context, call, {
      permit: permit('certificate.restore'),
      vault: site.vault.value,
      blob: body.value,
    })
    return json(200, currentCertificateBundle({ site, request }, restored))
  },
})
