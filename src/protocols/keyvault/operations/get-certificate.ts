import { getCertificate } from '#domain/certificates/get-certificate.ts'
import { certificateBundle } from '#protocols/keyvault/certificate-shapes.ts'
import { json } from '#protocols/http/answer.ts'
import { noQuery, scopeOfCertificate, urlOfCertificate, versionedObject } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const getCertificateOperation = vaultOperation({
  name: 'CertificateGet',
  method: 'GET',
  path: '/certificates/{name}/{version?}',
  permissions: ['certificate.read'],
  scope: scopeOfCertificate,
  resource: urlOfCertificate,
  params: versionedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit, request }) {
    const found = await getCertificate(context, call, {
      permit: permit('certificate.read'),
      reference: { vault: site.vault.value, ...params },
    })
    return json(200, certificateBundle({ site, request }, found))
  },
})
