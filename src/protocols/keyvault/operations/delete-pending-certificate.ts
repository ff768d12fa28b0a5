import { deletePendingCertificate } from '#domain/certificates/pending-certificate.ts'
import { operationShape } from '#protocols/keyvault/certificate-shapes.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfCertificate, urlOfCertificate } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const deletePendingCertificateOperation = vaultOperation({
  name: 'CertificatePendingDelete',
  method: 'DELETE',
  path: '/certificates/{name}/pending',
  permissions: ['certificate.update'],
  scope: scopeOfCertificate,
  resource: urlOfCertificate,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit }) {
    const { certificate, operation } = await deletePendingCertificate(context, call, {
      permit: permit('certificate.update'),
      vault: site.vault.value,
      name: params.name,
    })
    return json(200, operationShape({ site }, certificate, operation))
  },
})
