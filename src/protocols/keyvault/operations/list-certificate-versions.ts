import { listCertificateVersions } from '#domain/certificates/list-certificates.ts'
import { certificateVersionItem } from '#protocols/keyvault/certificate-shapes.ts'
import { page } from '#protocols/keyvault/paging.ts'
import { namedObject, pageQuery, scopeOfCertificate, urlOfCertificate } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const listCertificateVersionsOperation = vaultOperation({
  name: 'CertificateListVersions',
  method: 'GET',
  path: '/certificates/{name}/versions',
  permissions: ['certificate.list'],
  scope: scopeOfCertificate,
  resource: urlOfCertificate,
  params: namedObject,
  query: pageQuery,
  body: { none: true },
  async handle(context, call, { site, params, query, permit, request }) {
    const writing = { site, request }
    const named = { vault: site.vault.value, name: params.name }
    return page(context, call, {
      writing,
      query,
      path: `/certificates/${params.name}/versions`,
      list: async from => listCertificateVersions(context, call, { permit: permit('certificate.list'), ...named, ...from }),
      item: shown => certificateVersionItem(writing, shown),
    })
  },
})
