import { Problem } from '#model/problem.ts'
import { statusAnswer } from '#domain/authority/status.ts'
import { anyQuery, askedInPath, ofTenant } from '#protocols/pki/params.ts'
import { pkiOperation } from '#protocols/pki/site.ts'

const requestBytesMax = 4 * 1024
const answered = (body: Uint8Array) => ({ status: 200, headers: { 'content-type': 'application/ocsp-response' }, body })

/** OCSP over HTTP (RFC 6960 A.1): the word on single certificates. */
export const askStatus = pkiOperation({
  name: 'AuthorityStatusAsk',
  method: 'POST',
  path: '/{tenant}/ocsp',
  permissions: 'public',
  open: true,
  unversioned: true,
  params: ofTenant,
  query: anyQuery,
  body: { bytes: 'application/ocsp-request', maximumBytes: requestBytesMax },
  async handle(context, call, { params, body }) {
    const answer = await statusAnswer(context, call, { tenantId: params.tenant, request: Uint8Array.from(body) })
    if (answer === undefined) throw new Problem({ code: 'UnknownRoute' })
    return answered(answer)
  },
})

/** The same by GET, for caches: the request stands in the path. */
export const readStatus = pkiOperation({
  name: 'AuthorityStatusGet',
  method: 'GET',
  path: '/{tenant}/ocsp/{request}',
  permissions: 'public',
  open: true,
  unversioned: true,
  params: askedInPath,
  query: anyQuery,
  body: { none: true },
  async handle(context, call, { params }) {
    const answer = await statusAnswer(context, call, { tenantId: params.tenant, request: decoded(params.request) })
    if (answer === undefined) throw new Problem({ code: 'UnknownRoute' })
    return answered(answer)
  },
})

/** What is no base64 is no request either: it is answered as one. */
function decoded(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromBase64(text)
  } catch {
    return new Uint8Array()
  }
}
