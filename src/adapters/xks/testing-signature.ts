// For tests alone: verifies signatures of requests by itself, and shares nothing with what makes them.
import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export interface Credential {
  readonly accessKeyId: string
  readonly secret: string
}

export interface Signed {
  readonly request: IncomingMessage
  readonly bytes: Uint8Array
  readonly credential: Credential
}

const sha = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex')
const header =
  /^AWS4-HMAC-SHA256 Credential=([A-Z2-7]+)\/(\d{8}\/[a-z0-9-]+\/kms-xks-proxy\/aws4_request), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/

/** AWS4-HMAC-SHA256 as its general reference tells it, from the header alone. */
export function isSigned({ request, bytes, credential }: Signed): boolean {
  const { method = '', url = '', headers } = request
  const found = header.exec(headers.authorization ?? '')
  if (found === null) return false
  const [id, scope, names, signature] = found.slice(1)
  const time = String(headers['x-amz-date'])
  if (id !== credential.accessKeyId || scope === undefined || names === undefined || !coversAll(names, time, scope)) return false
  const lines = names.split(';').map(name => `${name}:${String(headers[name]).trim()}`)
  const canonical = `${method}\n${url}\n\n${lines.join('\n')}\n\n${names}\n${sha(bytes)}`
  const key = scope
    .split('/')
    .reduce<Uint8Array>((under, part) => createHmac('sha256', under).update(part).digest(), Buffer.from(`AWS4${credential.secret}`))
  return (
    createHmac('sha256', key)
      .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha(canonical)}`)
      .digest('hex') === signature
  )
}

function coversAll(names: string, time: string, scope: string): boolean {
  const covered = names.split(';')
  return covered.includes('host') && covered.includes('x-amz-date') && /^\d{8}T\d{6}Z$/.test(time) && time.startsWith(scope.slice(0, 8))
}
