import { updatePolicy } from '#domain/certificates/update-certificate.ts'
import { policyBody } from '#protocols/keyvault/certificate-bodies.ts'
import { policyShape } from '#protocols/keyvault/certificate-shapes.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfCertificate, urlOfCertificate } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const updateCertificatePolicyOperation = vaultOperation({
  name: 'CertificatePolicyUpdate',
  method: 'PATCH',
  path: '/certificates/{name}/policy',
  permissions: ['certificate.update'],
  scope: scopeOfCertificate,
  resource: urlOfCertificate,
  params: namedObject,
  query: noQuery,
  body: { json: policyBody },
  async handle(context, call, { site, params, body, permit }) {
    const { certificate, policy } = await updatePolicy(context, call, {
      permit: permit('certificate.update'),
      vault: site.vault.value,
      name: params.name,
      policy: body,
    })
    return json(200, policyShape({ site }, certificate, policy))
  },
})
