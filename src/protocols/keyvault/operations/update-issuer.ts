import { updateIssuer } from '#domain/certificates/issuers.ts'
import { updateIssuerBody } from '#protocols/keyvault/certificate-bodies.ts'
import { issuerShape } from '#protocols/keyvault/certificate-shapes.ts'
import { issuerChange } from '#protocols/keyvault/issuer-change.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfIssuer, urlOfIssuer } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const updateIssuerOperation = vaultOperation({
  name: 'CertificateIssuerUpdate',
  method: 'PATCH',
  path: '/certificates/issuers/{name}',
  permissions: ['issuer.write'],
  scope: scopeOfIssuer,
  resource: urlOfIssuer,
  params: namedObject,
  query: noQuery,
  body: { json: updateIssuerBody },
  async handle(context, call, { site, params, body, permit }) {
    const change = issuerChange(call, body)
    const issuer = await updateIssuer(context, call, { permit: permit('issuer.write'), vault: site.vault.value, name: params.name, change })
    return json(200, issuerShape({ site }, issuer))
  },
})
