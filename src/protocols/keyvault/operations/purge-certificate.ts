import { purgeCertificate } from '#domain/certificates/delete-certificate.ts'
import { empty } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfCertificate, urlOfDeletedCertificate } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const purgeCertificateOperation = vaultOperation({
  name: 'CertificatePurge',
  method: 'DELETE',
  path: '/deletedcertificates/{name}',
  permissions: ['certificate.purge'],
  scope: scopeOfCertificate,
  resource: urlOfDeletedCertificate,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit }) {
    await purgeCertificate(context, call, { permit: permit('certificate.purge'), vault: site.vault.value, ...params })
    return empty(204)
  },
})
