import { getIssuer } from '#domain/certificates/issuers.ts'
import { issuerShape } from '#protocols/keyvault/certificate-shapes.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfIssuer, urlOfIssuer } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const getIssuerOperation = vaultOperation({
  name: 'CertificateIssuerGet',
  method: 'GET',
  path: '/certificates/issuers/{name}',
  permissions: ['issuer.read'],
  scope: scopeOfIssuer,
  resource: urlOfIssuer,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit }) {
    const issuer = await getIssuer(context, call, { permit: permit('issuer.read'), vault: site.vault.value, ...params })
    return json(200, issuerShape({ site }, issuer))
  },
})
