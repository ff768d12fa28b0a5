// Bytes of strangers: whatever they are, the readers answer, and never with an exception or with what was not there.
import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { assert as check, asyncProperty, integer, nat, property, uint8Array } from 'fast-check'
import { systemRandom } from '#adapters/system/random.ts'
import { signedObject } from '#crypto/certificate-signatures.ts'
import { millis, type Bytes } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import { pkiBy } from './pki.ts'

const pki = pkiBy(systemRandom())
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pkcs8 = Uint8Array.from(privateKey.export({ type: 'pkcs8', format: 'der' }))
const toBeSigned = pki.certificateToSign({
  serial: Uint8Array.of(0x41),
  subject: 'CN=stranger',
  names: { emails: [], dnsNames: ['a.example'], upns: ['u'], uris: [], ipAddresses: ['192.0.2.1'] },
  keyUsage: ['digitalSignature'],
  extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'],
  ca: false,
  publicKey: Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' })),
  notBefore: millis(1_700_000_000_000),
  notAfter: millis(1_800_000_000_000),
  signer: 'P-256',
})
const certificate = signedObject(toBeSigned, 'P-256', sign('sha256', toBeSigned, { key: privateKey, dsaEncoding: 'ieee-p1363' }))
const container = Uint8Array.from((await pki.writePkcs12({ key: new SecretBytes(pkcs8), certificates: [certificate] })).bytes)

/** One byte is another, and what is behind a place is cut off, or not. */
function changed(bytes: Bytes, { at, to, cut }: { readonly at: number; readonly to: number; readonly cut: number }): Bytes {
  const copy = Uint8Array.from(bytes)
  copy[at % copy.length] = to
  return cut % 4 === 0 ? copy.subarray(0, cut % copy.length) : copy
}
const change = [nat(4_000), integer({ min: 0, max: 255 }), nat(4_000)] as const

test('a changed container opens to the same key or is refused with a reason', async () => {
  await check(
    asyncProperty(...change, async (at, to, cut) => {
      const bundle = await pki.readPkcs12(changed(container, { at, to, cut }), '')
      if ('flaw' in bundle) assert.match(bundle.flaw, /^its? /)
      else
        assert.deepEqual(
          bundle.keys.map(key => key.bytes.toHex()),
          [pkcs8.toHex()],
        )
    }),
    { numRuns: 300 },
  )
})

test('a changed certificate is read or is none', () => {
  check(
    property(...change, (at, to, cut) => {
      const read = pki.readCertificate(changed(certificate, { at, to, cut }))
      assert(read === undefined || read.der.length === certificate.length)
    }),
    { numRuns: 500 },
  )
})

test('any bytes are an answer to every reader', async () => {
  await check(
    asyncProperty(uint8Array({ maxLength: 200 }), async bytes => {
      assert('flaw' in (await pki.readPkcs12(Uint8Array.from(bytes), 'x')))
      assert.equal(pki.readCertificate(Uint8Array.from(bytes)), undefined)
      assert.equal(pki.readStatusRequest(Uint8Array.from(bytes)), undefined)
      assert('flaw' in pki.readPem(Buffer.from(bytes).toString('latin1')))
    }),
    { numRuns: 300 },
  )
})
