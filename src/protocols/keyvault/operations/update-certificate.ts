import { updateCertificate } from '#domain/certificates/update-certificate.ts'
import { updateCertificateBody } from '#protocols/keyvault/certificate-bodies.ts'
import { certificateBundle } from '#protocols/keyvault/certificate-shapes.ts'
import { json } from '#protocols/http/answer.ts'
import { noQuery, scopeOfCertificate, urlOfCertificate, versionedObject } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const updateCertificateOperation = vaultOperation({
  name: 'CertificateUpdate',
  method: 'PATCH',
  path: '/certificates/{name}/{version?}',
  permissions: ['certificate.update'],
  scope: scopeOfCertificate,
  resource: urlOfCertificate,
  params: versionedObject,
  query: noQuery,
  body: { json: updateCertificateBody },
  async handle(context, call, { site, params, body, permit, request }) {
    const changed = await updateCertificate(context, call, {
      permit: permit('certificate.update'),
      reference: { vault: site.vault.value, ...params },
      policy: body.policy,
      enabled: body.attributes?.enabled,
      tags: body.tags,
    })
    return json(200, certificateBundle({ site, request }, { ...changed, operation: undefined }))
  },
})
