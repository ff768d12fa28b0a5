import { importCertificate } from '#domain/certificates/import-certificate.ts'
import { importCertificateBody } from '#protocols/keyvault/certificate-bodies.ts'
import { certificateBundle } from '#protocols/keyvault/certificate-shapes.ts'
import { importBytesMax } from '#protocols/keyvault/limits.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfCertificate, urlOfCertificate } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const importCertificateOperation = vaultOperation({
  name: 'CertificateImport',
  method: 'POST',
  path: '/certificates/{name}/import',
  permissions: ['certificate.import'],
  scope: scopeOfCertificate,
  resource: urlOfCertificate,
  params: namedObject,
  query: noQuery,
  body: { json: importCertificateBody, maximumBytes: importBytesMax },
  async handle(context, call, { site, params, body, permit, request }) {
    const made = await importCertificate(context, call, {
      permit: permit('certificate.import'),
      vault: site.vault.value,
      name: params.name,
      container: { value: body.value, password: body.pwd ?? '' },
      policy: body.policy,
      enabled: body.attributes?.enabled,
      tags: body.tags,
      preserveOrder: body.preserveCertOrder,
      portSuffix: request.portSuffix,
    })
    return json(200, certificateBundle({ site, request }, { ...made, operation: undefined }))
  },
})
