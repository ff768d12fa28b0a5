import { listCertificates } from '#domain/certificates/list-certificates.ts'
import { deletedCertificateItem } from '#protocols/keyvault/certificate-shapes.ts'
import { page } from '#protocols/keyvault/paging.ts'
import { noParams, pendingPageQuery, scopeOfVault } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const listDeletedCertificatesOperation = vaultOperation({
  name: 'CertificateListDeleted',
  method: 'GET',
  path: '/deletedcertificates',
  permissions: ['certificate.listDeleted'],
  scope: scopeOfVault,
  params: noParams,
  query: pendingPageQuery,
  body: { none: true },
  async handle(context, call, { site, query, permit, request }) {
    const writing = { site, request }
    return page(context, call, {
      writing,
      query,
      path: '/deletedcertificates',
      list: async from =>
        listCertificates(context, call, { permit: permit('certificate.listDeleted'), vault: site.vault.value, state: 'deleted', ...from }),
      item: certificate => deletedCertificateItem(writing, certificate),
    })
  },
})
