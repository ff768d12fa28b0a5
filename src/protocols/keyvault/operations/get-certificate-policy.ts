import { getPolicy } from '#domain/certificates/get-certificate.ts'
import { policyShape } from '#protocols/keyvault/certificate-shapes.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfCertificate, urlOfCertificate } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const getCertificatePolicyOperation = vaultOperation({
  name: 'CertificatePolicyGet',
  method: 'GET',
  path: '/certificates/{name}/policy',
  permissions: ['certificate.read'],
  scope: scopeOfCertificate,
  resource: urlOfCertificate,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit }) {
    const { certificate, policy } = await getPolicy(context, call, {
      permit: permit('certificate.read'),
      vault: site.vault.value,
      ...params,
    })
    return json(200, policyShape({ site }, certificate, policy))
  },
})
