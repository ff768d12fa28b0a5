import { backUpCertificate } from '#domain/certificates/back-up-certificate.ts'
import { toBase64url } from '#protocols/azure/base64url.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfCertificate, urlOfCertificate } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const backUpCertificateOperation = vaultOperation({
  name: 'CertificateBackup',
  method: 'POST',
  path: '/certificates/{name}/backup',
  permissions: ['certificate.backUp'],
  scope: scopeOfCertificate,
  resource: urlOfCertificate,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit }) {
    const blob = await backUpCertificate(context, call, { permit: permit('certificate.backUp'), vault: site.vault.value, ...params })
    return json(200, { value: toBase64url(blob) })
  },
})
