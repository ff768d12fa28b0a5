import { listIssuers } from '#domain/certificates/issuers.ts'
import { issuerItem } from '#protocols/keyvault/certificate-shapes.ts'
import { page } from '#protocols/keyvault/paging.ts'
import { noParams, pageQuery, scopeOfVault } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const listIssuersOperation = vaultOperation({
  name: 'CertificateIssuersList',
  method: 'GET',
  path: '/certificates/issuers',
  permissions: ['issuer.list'],
  scope: scopeOfVault,
  params: noParams,
  query: pageQuery,
  body: { none: true },
  async handle(context, call, { site, query, permit, request }) {
    return page(context, call, {
      writing: { site, request },
      query,
      path: '/certificates/issuers',
      list: async from => listIssuers(context, call, { permit: permit('issuer.list'), vault: site.vault.value, ...from }),
      item: issuer => issuerItem({ site }, issuer),
    })
  },
})
