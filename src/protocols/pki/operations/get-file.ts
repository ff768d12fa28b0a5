import { Problem } from '#model/problem.ts'
import { authorityCertificate, revocationList } from '#domain/authority/status.ts'
import { anyQuery, fileOfTenant } from '#protocols/pki/params.ts'
import { pkiOperation } from '#protocols/pki/site.ts'

const levels = { 'root.cer': 'root', 'root.crl': 'root', 'issuer.cer': 'issuer', 'issuer.crl': 'issuer' } as const

/** An authority's certificate (RFC 5280 4.2.2.1: one, in DER), or its revocation list (4.2.1.13). */
export const getFile = pkiOperation({
  name: 'AuthorityFileGet',
  method: 'GET',
  path: '/{tenant}/{file}',
  permissions: 'public',
  open: true,
  unversioned: true,
  params: fileOfTenant,
  query: anyQuery,
  body: { none: true },
  async handle(context, call, { params }) {
    const of = { tenantId: params.tenant, level: levels[params.file] }
    const list = params.file.endsWith('.crl')
    const body = list ? await revocationList(context, call, of) : await authorityCertificate(context, call, of)
    if (body === undefined) throw new Problem({ code: 'UnknownRoute' })
    return { status: 200, headers: { 'content-type': list ? 'application/pkix-crl' : 'application/pkix-cert' }, body }
  },
})
