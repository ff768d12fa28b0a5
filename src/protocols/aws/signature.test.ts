import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { hmacHex } from '#crypto/digests.ts'
import { bareRequest, type WireRequest } from '#protocols/http/request.ts'
import { canonicalRequest } from './canonical-request.ts'
import { shownSignature } from './signature.ts'
import { isSignature, signingKey, textToSign } from './signing-key.ts'

const vector = z.object({ name: z.string(), request: z.string(), canonical: z.string(), authorization: z.string() })
const vectors = z.array(vector).parse(JSON.parse(readFileSync('tests/vectors/aws4-testsuite/vectors.json', 'utf8')))
const secret = Buffer.from('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY')

/** What a server of ours never takes: headers twice or folded, and paths that are walked. */
const refusedBefore = /header-key-duplicate|header-value-multiline|header-value-order|get-relative|get-slash/

function requestOf({ request, canonical, authorization }: z.output<typeof vector>): WireRequest {
  const [head = '', body = ''] = request.split('\n\n')
  const [first = '', ...lines] = head.split('\n')
  // The signer adds the token: the request of the suite is without it.
  const token = /^x-amz-security-token:.+$/m.exec(canonical)?.[0]
  if (token !== undefined && !head.toLowerCase().includes('security-token')) lines.push(token)
  const [, method = '', target = ''] = /^(\S+) (.*) HTTP\/1\.1$/.exec(first) ?? []
  const message = new IncomingMessage(new Socket())
  message.method = method
  message.url = target
  const headers = [...lines, `Authorization:${authorization}`].map(
    line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)] as const,
  )
  message.rawHeaders = headers.flat()
  message.headers = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value.trim()]))
  return Object.assign(bareRequest(message), { body: Buffer.from(body) })
}

describe('the published test suite of Signature Version 4', () => {
  for (const one of vectors.filter(({ name }) => !refusedBefore.test(name)))
    test(`${one.name} is verified, and with another secret is not`, () => {
      const request = requestOf(one)
      const { scope, date, signedHeaders, signature } = shownSignature(request, { presigned: false })
      const payloadHash = createHash('sha256')
        .update(request.body ?? '')
        .digest('hex')
      const canonical = canonicalRequest(request, { signedHeaders, payloadHash, encodesPathOnce: true })
      assert.equal(canonical, one.canonical)
      assert(isSignature(hmacHex(signingKey(secret, scope), textToSign({ date, scope, canonical })), signature))
      const other = signingKey(Buffer.from(`x${secret.toString()}`), scope)
      assert(!isSignature(hmacHex(other, textToSign({ date, scope, canonical })), signature))
    })

  test('is not left out but for what a server refuses before it looks at signatures', () => {
    assert.equal(vectors.filter(({ name }) => refusedBefore.test(name)).length, 9)
    const duplicate = vectors.find(({ name }) => name === 'get-header-key-duplicate')
    assert(duplicate !== undefined)
    const request = requestOf(duplicate)
    const signing = { signedHeaders: 'host;my-header1;x-amz-date', payloadHash: '', encodesPathOnce: true }
    assert.throws(() => canonicalRequest(request, signing), { message: 'SignatureMismatch' })
  })
})

test('paths are encoded once more for all services but one', () => {
  const one = vectors.find(({ name }) => name === 'get-space')
  assert(one !== undefined)
  const canonical = canonicalRequest(requestOf(one), { signedHeaders: 'host;x-amz-date', payloadHash: '', encodesPathOnce: false })
  assert.equal(canonical.split('\n')[1], '/example%2520space/')
})
