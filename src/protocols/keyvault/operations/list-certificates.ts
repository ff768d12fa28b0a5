import { listCertificates } from '#domain/certificates/list-certificates.ts'
import { certificateItem } from '#protocols/keyvault/certificate-shapes.ts'
import { page } from '#protocols/keyvault/paging.ts'
import { noParams, pendingPageQuery, scopeOfVault } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const listCertificatesOperation = vaultOperation({
  name: 'CertificateList',
  method: 'GET',
  path: '/certificates',
  permissions: ['certificate.list'],
  scope: scopeOfVault,
  params: noParams,
  query: pendingPageQuery,
  body: { none: true },
  async handle(context, call, { site, query, permit, request }) {
    const writing = { site, request }
    const pending = query.includepending
    return page(context, call, {
      writing,
      query,
      path: '/certificates',
      ...(pending && { also: '&includePending=true' }),
      list: async from =>
        listCertificates(context, call, {
          permit: permit('certificate.list'),
          vault: site.vault.value,
          state: pending ? 'any' : 'live',
          ...from,
        }),
      item: certificate => certificateItem(writing, certificate),
    })
  },
})
