// Signatures of requests under a shared secret, AWS4-HMAC-SHA256 (aws-kms.md 5.1): what a client of ours puts into its requests.
import { createHash, createHmac } from 'node:crypto'

/** What a signature is good for. `date`: eight digits. */
export interface SignatureScope {
  readonly date: string
  readonly region: string
  readonly service: string
}

export interface RequestToSign {
  readonly method: string
  /** As it stands on the wire, with nothing in it that must be escaped; no query. */
  readonly path: string
  /** Names in lower case; all of them are signed. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')
const hmac = (key: Uint8Array | string, text: string): Buffer => createHmac('sha256', key).update(text).digest()

export const scopeText = ({ date, region, service }: SignatureScope): string => `${date}/${region}/${service}/aws4_request`

/** The `Authorization` header of a request whose headers hold `host` and `x-amz-date`. */
export function authorizationOf(
  request: RequestToSign,
  by: { readonly accessKeyId: string; readonly secret: string; readonly scope: SignatureScope },
): string {
  const names = Object.keys(request.headers).toSorted()
  const signed = names.join(';')
  const lines = names.map(name => `${name}:${(request.headers[name] ?? '').trim()}\n`).join('')
  const canonical = [request.method, request.path, '', lines, signed, sha256(request.body)].join('\n')
  const scope = scopeText(by.scope)
  const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'] ?? '', scope, sha256(canonical)].join('\n')
  const signature = hmac(signingKey(by.secret, by.scope), toSign).toString('hex')
  return `AWS4-HMAC-SHA256 Credential=${by.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`
}

const signingKey = (secret: string, { date, region, service }: SignatureScope): Buffer =>
  hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), 'aws4_request')
