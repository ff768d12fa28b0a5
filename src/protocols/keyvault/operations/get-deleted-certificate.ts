import { getDeletedCertificate } from '#domain/certificates/get-certificate.ts'
import { deletedCertificateBundle } from '#protocols/keyvault/certificate-shapes.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfCertificate, urlOfDeletedCertificate } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const getDeletedCertificateOperation = vaultOperation({
  name: 'CertificateGetDeleted',
  method: 'GET',
  path: '/deletedcertificates/{name}',
  permissions: ['certificate.readDeleted'],
  scope: scopeOfCertificate,
  resource: urlOfDeletedCertificate,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit, request }) {
    const found = await getDeletedCertificate(context, call, {
      permit: permit('certificate.readDeleted'),
      vault: site.vault.value,
      ...params,
    })
    return json(200, deletedCertificateBundle({ site, request }, found))
  },
})
