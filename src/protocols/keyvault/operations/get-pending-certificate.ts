import { getPendingCertificate } from '#domain/certificates/pending-certificate.ts'
import { operationShape } from '#protocols/keyvault/certificate-shapes.ts'
import { retryAfter } from '#protocols/keyvault/pending.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, requestQuery, scopeOfCertificate, urlOfCertificate } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const getPendingCertificateOperation = vaultOperation({
  name: 'CertificatePendingGet',
  method: 'GET',
  path: '/certificates/{name}/pending',
  permissions: ['certificate.read'],
  scope: scopeOfCertificate,
  resource: urlOfCertificate,
  params: namedObject,
  query: requestQuery,
  body: { none: true },
  async handle(context, call, { site, params, query, permit }) {
    const { certificate, operation } = await getPendingCertificate(context, call, {
      permit: permit('certificate.read'),
      vault: site.vault.value,
      name: params.name,
      requestId: query.request_id,
    })
    return json(200, operationShape({ site }, certificate, operation), retryAfter(operation))
  },
})
