// For tests alone: a signer of its own, written after the General Reference and sharing nothing with what verifies.
import { createHash, createHmac } from 'node:crypto'
import type { Credentials } from '#domain/accounts/testing.ts'
import type { Asked } from '#protocols/http/testing.ts'

export interface ToSign extends Omit<Asked, 'body'> {
  readonly body?: string
  readonly credentials: Credentials
  readonly service: string
  readonly region: string
  /** Milliseconds. */
  readonly at: number
  /** In place of the hash of the body, named in the header `x-amz-content-sha256`. */
  readonly payloadHash?: string
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const basicTime = (at: number): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')

const named = (name: string, value: string | undefined) => (value === undefined ? {} : { [name]: value })

export interface SignedRequest extends Asked {
  readonly headers: Readonly<Record<string, string>>
  readonly signature: string
  readonly signingKey: Buffer
  readonly scope: string
  readonly date: string
}

function partsOf(url: string) {
  const [, host = '', path = '', query = ''] = /^https:\/\/([^/]+)([^?]*)\??(.*)$/s.exec(url) ?? []
  return { host, path: path === '' ? '/' : path, query }
}

/** Everything that it sends is signed. Paths and queries as canonical as the caller wrote them. */
export function sign({ credentials, service, region, at, payloadHash, ...asked }: ToSign): SignedRequest {
  const { host, path, query } = partsOf(asked.url)
  const { body = '', method = body === '' ? 'GET' : 'POST' } = asked
  const date = basicTime(at)
  const headers: Record<string, string> = {
    ...asked.headers,
    host,
    'x-amz-date': date,
    ...named('x-amz-security-token', credentials.sessionToken),
    ...named('x-amz-content-sha256', payloadHash),
  }
  const names = Object.keys(headers).sort()
  const lines = names.map(name => `${name}:${headers[name] ?? ''}\n`).join('')
  const sorted = query.split('&').sort().join('&')
  const canonical = [method, path, sorted, lines, names.join(';'), payloadHash ?? sha256(body)].join('\n')
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`
  const signingKey = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${credentials.secretAccessKey}`, date.slice(0, 8)))
  const signature = hmac(signingKey, ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')).toString('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return {
    url: asked.url,
    method,
    headers: { ...headers, authorization },
    ...(body !== '' && { body }),
    signature,
    signingKey,
    scope,
    date,
  }
}
