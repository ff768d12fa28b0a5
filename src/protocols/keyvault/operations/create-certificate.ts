import { createCertificate } from '#domain/certificates/create-certificate.ts'
import { createCertificateBody } from '#protocols/keyvault/certificate-bodies.ts'
import { certificateUrl, operationShape } from '#protocols/keyvault/certificate-shapes.ts'
import { retryAfter } from '#protocols/keyvault/pending.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfCertificate, urlOfCertificate } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const createCertificateOperation = vaultOperation({
  name: 'CertificateCreate',
  method: 'POST',
  path: '/certificates/{name}/create',
  permissions: ['certificate.create'],
  scope: scopeOfCertificate,
  resource: urlOfCertificate,
  params: namedObject,
  query: noQuery,
  body: { json: createCertificateBody },
  async handle(context, call, { site, params, body, permit, request }) {
    const { certificate, operation } = await createCertificate(context, call, {
      permit: permit('certificate.create'),
      vault: site.vault.value,
      name: params.name,
      policy: body.policy,
      enabled: body.attributes?.enabled,
      tags: body.tags,
      preserveOrder: body.preserveCertOrder,
      portSuffix: request.portSuffix,
    })
    const version = encodeURIComponent(request.query.get('api-version') ?? '')
    const location = `${certificateUrl(site, certificate)}/pending?api-version=${version}&request_id=${operation.requestId}`
    return json(202, operationShape({ site }, certificate, operation), { location, ...retryAfter(operation) })
  },
})
