import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { before, describe, test } from 'node:test'
import { setIssuer } from '#domain/certificates/issuers.ts'
import { issuerScope } from '#domain/certificates/reference.ts'
import { certificateGround, ecPolicy, type CertificateGround } from '#domain/certificates/testing.ts'
import { tenantId } from '#domain/keys/testing.ts'
import { createPipeline, type Pipeline } from '#protocols/http/pipeline.ts'
import { ask } from '#protocols/http/testing.ts'
import { pkiProtocol } from './index.ts'

const base = 'https://pki.keystead.test:8443'
let ground: CertificateGround
let pipeline: Pipeline
before(async () => {
  ground = await certificateGround()
  const { context, as, vault } = ground
  await as(async call => {
    const permit = context.access.permit(call, 'issuer.write', { on: issuerScope(vault, 'corp') })
    await setIssuer(context, call, { permit, vault, name: 'corp', change: { provider: 'Keystead' } })
  })
  await ground.issue('c', ecPolicy({ issuer: { name: 'corp' } }))
  pipeline = createPipeline(context, pkiProtocol('keystead.test'))
})

describe('the authorities’ host', () => {
  test('gives certificates and lists to everybody, with their media types', async () => {
    const issuer = await ask(pipeline, { url: `${base}/${tenantId}/issuer.cer` })
    assert.deepEqual([issuer.status, issuer.headers['content-type']], [200, 'application/pkix-cert'])
    const certificate = new X509Certificate(issuer.bytes)
    assert((await ground.leaf('c')).verify(certificate.publicKey))
    const list = await ask(pipeline, { url: `${base}/${tenantId}/issuer.crl` })
    assert.deepEqual([list.status, list.headers['content-type']], [200, 'application/pkix-crl'])
    const asked = ground.rows().filter(row => row['operation'] === 'AuthorityFileGet')
    assert.equal(asked.length, 2, 'each has its entry')
  })

  test('answers OCSP by POST and GET, and what is no question as RFC 6960 says', async () => {
    const malformed = '30030a0101'
    const sent = { method: 'POST', url: `${base}/${tenantId}/ocsp`, headers: { 'content-type': 'application/ocsp-request' } }
    const posted = await ask(pipeline, { ...sent, body: 'hello' })
    assert.deepEqual([posted.status, posted.headers['content-type'], posted.bytes.toHex()], [200, 'application/ocsp-response', malformed])
    const got = await ask(pipeline, { url: `${base}/${tenantId}/ocsp/aGVsbG8%3D` })
    assert.deepEqual([got.status, got.bytes.toHex()], [200, malformed])
    for (const question of ['Pz8%2FPz8%2F', 'Pz8/Pz8/', 'Pz8%2fPz8%2B', '%zz', '..']) {
      const answered = await ask(pipeline, { url: `${base}/${tenantId}/ocsp/${question}` })
      assert.deepEqual([answered.status, answered.bytes.toHex()], [200, malformed], question)
    }
    for (const path of [`/${tenantId}/%6fcsp/aGVsbG8%3D`, `/${tenantId}/issuer%2Ecer`, `/${tenantId}/issuer.cer/x`])
      assert.ok((await ask(pipeline, { url: `${base}${path}` })).status >= 400, path)
    assert.equal((await ask(pipeline, { ...sent, headers: { 'content-type': 'text/plain' }, body: 'x' })).status, 415)
  })

  test('knows no authority that was never asked for anything, and no other path', async () => {
    const nobody = '99999999-9999-4999-8999-999999999999'
    for (const path of [`/${nobody}/issuer.cer`, `/${nobody}/root.crl`, `/${tenantId}/secret.key`, '/'])
      assert((await ask(pipeline, { url: `${base}${path}` })).status >= 400, path)
    assert.equal((await ask(pipeline, { url: `${base}/${nobody}/root.crl` })).status, 404)
  })
})
