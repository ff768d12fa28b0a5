import { cancelPendingCertificate } from '#domain/certificates/pending-certificate.ts'
import { cancelBody } from '#protocols/keyvault/certificate-bodies.ts'
import { operationShape } from '#protocols/keyvault/certificate-shapes.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfCertificate, urlOfCertificate } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const updatePendingCertificateOperation = vaultOperation({
  name: 'CertificatePendingUpdate',
  method: 'PATCH',
  path: '/certificates/{name}/pending',
  permissions: ['certificate.update'],
  scope: scopeOfCertificate,
  resource: urlOfCertificate,
  params: namedObject,
  query: noQuery,
  body: { json: cancelBody },
  async handle(context, call, { site, params, body, permit }) {
    const { certificate, operation } = await cancelPendingCertificate(context, call, {
      permit: permit('certificate.update'),
      vault: site.vault.value,
      name: params.name,
      cancellationRequested: body.cancellation_requested,
    })
    return json(200, operationShape({ site }, certificate, operation))
  },
})
