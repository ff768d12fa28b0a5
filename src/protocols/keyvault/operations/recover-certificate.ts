import { recoverCertificate } from '#domain/certificates/delete-certificate.ts'
import { currentCertificateBundle } from '#protocols/keyvault/certificate-shapes.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfCertificate, urlOfDeletedCertificate } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const recoverCertificateOperation = vaultOperation({
  name: 'CertificateRecover',
  method: 'POST',
  path: '/deletedcertificates/{name}/recover',
  permissions: ['certificate.recover'],
  scope: scopeOfCertificate,
  resource: urlOfDeletedCertificate,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit, request }) {
    const recovered = await recoverCertificate(context, call, { permit: permit('certificate.recover'), vault: site.vault.value, ...params })
    return json(200, currentCertificateBundle({ site, request }, recovered))
  },
})
