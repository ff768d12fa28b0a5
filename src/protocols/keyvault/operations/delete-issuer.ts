import { deleteIssuer } from '#domain/certificates/issuers.ts'
import { issuerShape } from '#protocols/keyvault/certificate-shapes.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfIssuer, urlOfIssuer } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const deleteIssuerOperation = vaultOperation({
  name: 'CertificateIssuerDelete',
  method: 'DELETE',
  path: '/certificates/issuers/{name}',
  permissions: ['issuer.delete'],
  scope: scopeOfIssuer,
  resource: urlOfIssuer,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit }) {
    const issuer = await deleteIssuer(context, call, { permit: permit('issuer.delete'), vault: site.vault.value, ...params })
    return json(200, issuerShape({ site }, issuer))
  },
})
