import { deleteCertificate } from '#domain/certificates/delete-certificate.ts'
import { certificateBundle, deletedCertificateBundle } from '#protocols/keyvault/certificate-shapes.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfCertificate, urlOfCertificate } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const deleteCertificateOperation = vaultOperation({
  name: 'CertificateDelete',
  method: 'DELETE',
  path: '/certificates/{name}',
  permissions: ['certificate.delete'],
  scope: scopeOfCertificate,
  resource: urlOfCertificate,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit, request }) {
    const { certificate, operation } = await deleteCertificate(context, call, {
      permit: permit('certificate.delete'),
      vault: site.vault.value,
      name: params.name,
    })
    const writing = { site, request }
    // Never issued, nothing is kept: without a recoveryId, pollers take it for done (key-vault.md 13.2).
    if (certificate.deleted === undefined) return json(200, certificateBundle(writing, { certificate, version: undefined, operation }))
    return json(200, deletedCertificateBundle(writing, certificate))
  },
})
