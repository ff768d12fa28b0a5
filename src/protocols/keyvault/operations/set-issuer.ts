import { setIssuer } from '#domain/certificates/issuers.ts'
import { setIssuerBody } from '#protocols/keyvault/certificate-bodies.ts'
import { issuerShape } from '#protocols/keyvault/certificate-shapes.ts'
import { issuerChange } from '#protocols/keyvault/issuer-change.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfIssuer, urlOfIssuer } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const setIssuerOperation = vaultOperation({
  name: 'CertificateIssuerSet',
  method: 'PUT',
  path: '/certificates/issuers/{name}',
  permissions: ['issuer.write'],
  scope: scopeOfIssuer,
  resource: urlOfIssuer,
  params: namedObject,
  query: noQuery,
  body: { json: setIssuerBody },
  async handle(context, call, { site, params, body, permit }) {
    const change = { ...issuerChange(call, body), provider: body.provider }
    const issuer = await setIssuer(context, call, { permit: permit('issuer.write'), vault: site.vault.value, name: params.name, change })
    return json(200, issuerShape({ site }, issuer))
  },
})
