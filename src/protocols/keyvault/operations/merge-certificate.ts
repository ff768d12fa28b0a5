import { mergeCertificate } from '#domain/certificates/merge-certificate.ts'
import { mergeCertificateBody } from '#protocols/keyvault/certificate-bodies.ts'
import { certificateBundle, certificateUrl } from '#protocols/keyvault/certificate-shapes.ts'
import { importBytesMax } from '#protocols/keyvault/limits.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfCertificate, urlOfCertificate } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const mergeCertificateOperation = vaultOperation({
  name: 'CertificatePendingMerge',
  method: 'POST',
  path: '/certificates/{name}/pending/merge',
  permissions: ['certificate.merge'],
  scope: scopeOfCertificate,
  resource: urlOfCertificate,
  params: namedObject,
  query: noQuery,
  body: { json: mergeCertificateBody, maximumBytes: importBytesMax },
  async handle(context, call, { site, params, body, permit, request }) {
    const made = await mergeCertificate(context, call, {
      permit: permit('certificate.merge'),
      vault: site.vault.value,
      name: params.name,
      certificates: body.x5c,
      enabled: body.attributes?.enabled,
      tags: body.tags,
    })
    const version = encodeURIComponent(request.query.get('api-version') ?? '')
    const location = `${certificateUrl(site, made.certificate)}?api-version=${version}`
    return json(201, certificateBundle({ site, request }, { ...made, operation: undefined }), { location })
  },
})
