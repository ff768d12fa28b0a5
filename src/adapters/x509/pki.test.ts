import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash, createPrivateKey, generateKeyPairSync, sign, X509Certificate, type KeyObject } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { assert as check, property, string } from 'fast-check'
import { systemRandom } from '#adapters/system/random.ts'
import { certificateSignatures, signedObject } from '#crypto/certificate-signatures.ts'
import type { KeySpec } from '#crypto/key-specs.ts'
import { millis, type Bytes } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { AlternativeNames, CertificateWanted, OpenedBundle } from '#ports/pki.ts'
import { pkiBy } from './pki.ts'

const pki = pkiBy(systemRandom())
const dir = mkdtempSync(join(tmpdir(), 'keystead-x509-'))
after(() => rmSync(dir, { recursive: true, force: true }))

const now = millis(1_795_000_000_000)
const dayMs = 86_400_000
const noNames: AlternativeNames = { emails: [], dnsNames: [], upns: [], uris: [], ipAddresses: [] }
const curveOf: Partial<Record<KeySpec, string>> = { 'P-256': 'P-256', 'P-256K': 'secp256k1', 'P-384': 'P-384', 'P-521': 'P-521' }

interface Pair {
  readonly spec: KeySpec
  readonly privateKey: KeyObject
  readonly spki: Bytes
  readonly pkcs8: Bytes
}

function pairOf(spec: KeySpec): Pair {
  const curve = curveOf[spec]
  const { privateKey, publicKey } =
    curve === undefined
      ? generateKeyPairSync('rsa', { modulusLength: Number(spec.slice(4)) })
      : generateKeyPairSync('ec', { namedCurve: curve })
  return {
    spec,
    privateKey,
    spki: Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' })),
    pkcs8: Uint8Array.from(privateKey.export({ type: 'pkcs8', format: 'der' })),
  }
}

const signed = ({ spec, privateKey }: Pair, toBeSigned: Bytes): Bytes =>
  signedObject(toBeSigned, spec, sign(certificateSignatures[spec].hash, toBeSigned, { key: privateKey, dsaEncoding: 'ieee-p1363' }))

const wantedOf = (pair: Pair, changes: Partial<CertificateWanted> = {}): CertificateWanted => ({
  serial: Uint8Array.fromHex('4100000000000000000000000000000f'),
  subject: 'CN=a.example',
  names: { ...noNames, dnsNames: ['a.example', '*.b.example'] },
  keyUsage: ['digitalSignature', 'keyEncipherment'],
  extendedKeyUsage: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
  ca: false,
  publicKey: pair.spki,
  notBefore: millis(now - 600_000),
  notAfter: millis(now + 365 * dayMs),
  signer: pair.spec,
  ...changes,
})

const selfSigned = (pair: Pair, changes: Partial<CertificateWanted> = {}): Bytes =>
  signed(pair, pki.certificateToSign(wantedOf(pair, changes)))

let files = 0
function file(content: Uint8Array | string): string {
  files += 1
  const name = join(dir, `file-${files}`)
  writeFileSync(name, content)
  return name
}
const openssl = (...words: readonly string[]): string =>
  execFileSync('openssl', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const pemOf = (der: Bytes): string => new X509Certificate(der).toString()
const opened = (bundle: Awaited<ReturnType<typeof pki.readPkcs12>>): OpenedBundle => ('flaw' in bundle ? assert.fail(bundle.flaw) : bundle)

const specs: readonly KeySpec[] = ['RSA-2048', 'P-256', 'P-256K', 'P-384', 'P-521']
const hashNames: Partial<Record<KeySpec, string>> = { 'P-384': 'SHA384', 'P-521': 'SHA512' }

describe('a certificate', () => {
  for (const spec of specs) {
    test(`of ${spec} verifies by OpenSSL and has the extensions in the service's order`, () => {
      const der = selfSigned(pairOf(spec))
      const path = file(pemOf(der))
      assert.match(openssl('verify', '-partial_chain', '-no_check_time', '-CAfile', path, path), /: OK/)
      const text = openssl('x509', '-in', path, '-noout', '-text')
      assert.match(text, new RegExp(spec.startsWith('RSA') ? 'sha256WithRSAEncryption' : `ecdsa-with-${hashNames[spec] ?? 'SHA256'}`))
      const order = [...text.matchAll(/X509v3 ((?!extensions)[A-Za-z ]+):( critical)?/g)].map(
        ([, name, critical]) => `${name}${critical ?? ''}`,
      )
      assert.deepEqual(order, [
        'Key Usage critical',
        'Basic Constraints',
        'Extended Key Usage',
        'Subject Alternative Name',
        'Authority Key Identifier',
        'Subject Key Identifier',
      ])
      assert.match(text, /Version: 3 /)
      assert.match(text, /Digital Signature, Key Encipherment/)
      assert.match(text, /CA:FALSE/)
      const identifiers = text.match(/(?:[0-9A-F]{2}:){19}[0-9A-F]{2}/g) ?? []
      assert.equal(new Set(identifiers).size, 1, 'the authority key is the subject key')
    })
  }

  test('says every kind of alternative name, and is read back as it was written', () => {
    const names = {
      emails: ['a@b.example'],
      dnsNames: ['a.example'],
      upns: ['ü@b.example'],
      uris: ['https://a.example/x?y'],
      ipAddresses: ['192.0.2.7', '2001:db8::7'],
    }
    const pair = pairOf('P-256')
    const read = pki.readCertificate(selfSigned(pair, { names, subject: 'CN=x, OU="a, b", S=Bern, C=CH', ca: true, pathLength: 2 }))
    assert(read !== undefined)
    assert.deepEqual({ ...read.names, ipAddresses: ['192.0.2.7', '2001:db8::7'] }, names)
    assert.equal(read.subject, 'CN=x, OU="a, b", S=Bern, C=CH')
    assert.deepEqual([read.ca, read.pathLength, read.selfIssued], [true, 2, true])
    assert.deepEqual(read.keyUsage, ['digitalSignature', 'keyEncipherment'])
    assert.deepEqual(read.extendedKeyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
    assert.deepEqual([read.notBefore, read.notAfter], [now - 600_000, now + 365 * dayMs])
    assert.deepEqual(read.publicKey, pair.spki)
  })

  test('with every usage writes nine bits and leaves no trailing zero', () => {
    const usages = ['digitalSignature', 'nonRepudiation', 'keyAgreement', 'keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly'] as const
    const der = selfSigned(pairOf('P-256'), { keyUsage: usages })
    assert.deepEqual(pki.readCertificate(der)?.keyUsage, usages)
    assert.match(openssl('x509', '-in', file(pemOf(der)), '-noout', '-text'), /Encipher Only, Decipher Only/)
  })

  test('of an authority verifies up to its root and names the places of its status', () => {
    const [root, middle, leaf] = [pairOf('P-384'), pairOf('P-256'), pairOf('RSA-2048')]
    const authority = { ca: true, keyUsage: ['keyCertSign', 'cRLSign'] as const, extendedKeyUsage: [], names: noNames }
    const top = selfSigned(root, { ...authority, subject: 'CN=root' })
    const issuer = signed(
      root,
      pki.certificateToSign(wantedOf(middle, { ...authority, subject: 'CN=middle', issuer: top, signer: root.spec, pathLength: 0 })),
    )
    const places = { issuer: 'https://pki.example/i.cer', revocationList: 'https://pki.example/i.crl', ocsp: 'https://pki.example/ocsp' }
    const end = signed(middle, pki.certificateToSign(wantedOf(leaf, { issuer, signer: middle.spec, places })))
    const [rootFile, chainFile] = [file(pemOf(top)), file(pemOf(issuer))]
    const leafFile = file(pemOf(end))
    assert.match(openssl('verify', '-no_check_time', '-x509_strict', '-CAfile', rootFile, '-untrusted', chainFile, leafFile), /: OK/)
    const text = openssl('x509', '-in', leafFile, '-noout', '-text')
    for (const place of Object.values(places)) assert(text.includes(place), place)
    assert.deepEqual(pki.chained(end, [top, issuer, end]), [end, issuer, top])
    const stranger = selfSigned(pairOf('P-256'), { subject: 'CN=stranger' })
    assert.deepEqual(pki.chained(end, [stranger, issuer]), [end, issuer, stranger])
  })

  test('is not read where bytes are left over, cut off or another thing', () => {
    const der = selfSigned(pairOf('P-256'))
    assert.equal(pki.readCertificate(Uint8Array.from([...der, 0])), undefined)
    assert.equal(pki.readCertificate(der.subarray(0, -1)), undefined)
    assert.equal(pki.readCertificate(new TextEncoder().encode('hello')), undefined)
  })
})

describe('a request', () => {
  for (const spec of specs) {
    test(`of ${spec} is verified by OpenSSL and asks for what its policy says`, () => {
      const pair = pairOf(spec)
      const der = signed(pair, pki.requestToSign(wantedOf(pair)))
      const path = file(der)
      const text = openssl('req', '-verify', '-inform', 'DER', '-in', path, '-noout', '-text')
      const order = [...text.matchAll(/X509v3 ((?!extensions)[A-Za-z ]+):( critical)?/g)].map(
        ([, name, critical]) => `${name}${critical ?? ''}`,
      )
      assert.deepEqual(order, ['Key Usage critical', 'Extended Key Usage', 'Subject Alternative Name', 'Basic Constraints'])
    })
  }
})

describe('a subject', () => {
  test('is text in the service’s spelling, and stands in the certificate in reverse', () => {
    const der = selfSigned(pairOf('P-256'), { subject: 'CN=a;O = "b ""c"""+OU=d, ST=Zürich,C=CH', names: noNames })
    assert.equal(pki.readCertificate(der)?.subject, 'CN=a, O="b ""c""" + OU=d, S=Zürich, C=CH')
    const listed = openssl('x509', '-in', file(pemOf(der)), '-noout', '-subject', '-nameopt', 'sep_comma_plus,utf8,sname')
    assert.match(listed, /subject=C=CH,ST=Zürich,(?:O=b "c"\+OU=d|OU=d\+O=b "c"),CN=a/)
  })

  for (const text of [
    'not a name',
    'CN=',
    'CN',
    '=x',
    'CN=a,',
    'CN="a',
    'C=CHE',
    'FOO=bar',
    `CN=${'x'.repeat(65)}`,
    'CN=a,,O=b',
    'CN=a=b"',
  ])
    test(`is not ${JSON.stringify(text.slice(0, 20))}`, () => assert.equal(pki.isName(text), false))

  test('comes back from whatever value it was given', () => {
    const pair = pairOf('P-256')
    const value = string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter(
      text => text.trim() === text && Array.from(text).length <= 64 && !text.includes('\0'),
    )
    check(
      property(value, text => {
        const subject = `CN="${text.replaceAll('"', '""')}"`
        const read = pki.readCertificate(selfSigned(pair, { subject }))?.subject
        assert(read === subject || read === `CN=${text}`, `${read} of ${subject}`)
      }),
      { numRuns: 40 },
    )
  })
})

/** What OpenSSL writes, by its options. */
const writers: Readonly<Record<string, readonly string[]>> = {
  'AES-256 and PBKDF2': [],
  'AES-128 and SHA-512': ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC', '-macalg', 'sha512'],
  'triple DES and SHA-1': ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'],
  'two-key triple DES': ['-keypbe', 'PBE-SHA1-2DES', '-certpbe', 'PBE-SHA1-2DES', '-macalg', 'sha1', '-iter', '5000'],
  'RC2 with 40 bits': ['-legacy'],
  'RC2 with 128 bits': ['-legacy', '-certpbe', 'PBE-SHA1-RC2-128', '-keypbe', 'PBE-SHA1-RC2-128'],
  'no encryption of certificates': ['-certpbe', 'NONE'],
  'no encryption at all': ['-certpbe', 'NONE', '-keypbe', 'NONE'],
  'no integrity code': ['-nomac'],
}

describe('PKCS #12', () => {
  const pair = pairOf('P-256')
  const other = selfSigned(pairOf('P-256'), { subject: 'CN=other' })
  const leaf = selfSigned(pair)
  const keyFile = file(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const [leafFile, otherFile] = [file(pemOf(leaf)), file(pemOf(other))]

  function written(password: string, ...options: readonly string[]): Bytes {
    const out = join(dir, `p12-${(files += 1)}`)
    openssl(
      'pkcs12',
      '-export',
      '-inkey',
      keyFile,
      '-in',
      leafFile,
      '-certfile',
      otherFile,
      '-out',
      out,
      '-passout',
      `pass:${password}`,
      ...options,
    )
    return Uint8Array.from(execFileSync('cat', [out]))
  }

  for (const [name, options] of Object.entries(writers)) {
    for (const password of ['pä ss', '']) {
      test(`by OpenSSL with ${name} and ${password === '' ? 'an empty' : 'a'} password opens`, async () => {
        const bundle = opened(await pki.readPkcs12(written(password, ...options), password))
        assert.deepEqual(
          bundle.keys.map(key => Buffer.from(key.bytes)),
          [Buffer.from(pair.pkcs8)],
        )
        assert.deepEqual(bundle.certificates, [leaf, other])
      })
    }
  }

  test('with another password, damaged, cut short, with more behind it or of RC4 is refused with a reason', async () => {
    const whole = written('right')
    const flawOf = async (bytes: Bytes, password: string): Promise<string> => {
      const bundle = await pki.readPkcs12(bytes, password)
      return 'flaw' in bundle ? bundle.flaw : assert.fail('it opened')
    }
    assert.match(await flawOf(whole, 'wrong'), /does not open with this password/)
    assert.match(await flawOf(whole.subarray(0, -300), 'right'), /not a PKCS #12 container/)
    for (const behind of [[0], [0x05, 0x00], whole])
      assert.match(await flawOf(Uint8Array.of(...whole, ...behind), 'right'), /not a PKCS #12 container/)
    assert.equal(opened(await pki.readPkcs12(whole, 'right')).keys.length, 1, 'control')
    const damaged = Uint8Array.from(whole)
    damaged[400] = (damaged[400] ?? 0) ^ 1
    await flawOf(damaged, 'right')
    const rc4 = written('right', '-legacy', '-certpbe', 'PBE-SHA1-RC4-128')
    assert.match(await flawOf(rc4, 'right'), /RC4 with 128 bits, which is not supported/)
    assert.match(await flawOf(written('right', '-legacy'), 'wrong'), /does not open with this password/)
  })

  test('that asks for a billion rounds is refused before the first', async () => {
    const bytes = Buffer.from(written('x', '-iter', '65535'))
    const at = bytes.lastIndexOf(Buffer.from('020300ffff', 'hex'))
    Buffer.from('02037fffff', 'hex').copy(bytes, at)
    const bundle = await pki.readPkcs12(bytes, 'x')
    assert.match('flaw' in bundle ? bundle.flaw : '', /rounds/)
  })

  for (const spec of ['RSA-2048', 'P-521'] as const) {
    test(`of ours with ${spec} is opened by OpenSSL and by us with an empty password`, async () => {
      const owner = pairOf(spec)
      const certificate = selfSigned(owner)
      const made = await pki.writePkcs12({ key: new SecretBytes(owner.pkcs8), certificates: [certificate, other] })
      const path = file(made.bytes)
      const text = openssl('pkcs12', '-in', path, '-passin', 'pass:', '-nodes')
      assert.equal(createPrivateKey(text).equals(owner.privateKey), true)
      assert.equal(text.match(/BEGIN CERTIFICATE/g)?.length, 2)
      const back = opened(await pki.readPkcs12(Uint8Array.from(made.bytes), ''))
      assert.deepEqual(back.certificates, [certificate, other])
      assert.deepEqual(
        back.keys.map(key => createHash('sha256').update(key.bytes).digest('hex')),
        [createHash('sha256').update(owner.pkcs8).digest('hex')],
      )
    })
  }

  test('of ours may hold the certificates in any order: the key still finds its own', async () => {
    const made = await pki.writePkcs12({ key: new SecretBytes(pair.pkcs8), own: leaf, certificates: [other, leaf] })
    const text = openssl('pkcs12', '-in', file(made.bytes), '-passin', 'pass:', '-clcerts', '-nokeys')
    assert.deepEqual(text.match(/-----BEGIN[\s\S]+-----\n/)?.[0], pemOf(leaf))
    assert.deepEqual(opened(await pki.readPkcs12(Uint8Array.from(made.bytes), '')).certificates, [other, leaf])
  })

  test('of ours is a keystore of Java', { skip: existsSync('/usr/bin/keytool') ? false : 'no keytool here' }, async () => {
    const made = await pki.writePkcs12({ key: new SecretBytes(pair.pkcs8), certificates: [leaf, other] })
    const [from, to] = [file(made.bytes), join(dir, 'java.p12')]
    // keytool asks for six characters where it writes, and takes none where it reads.
    execFileSync(
      'keytool',
      [
        '-importkeystore',
        '-noprompt',
        '-srckeystore',
        from,
        '-srcstoretype',
        'PKCS12',
        '-srcstorepass',
        '',
        '-destkeystore',
        to,
        '-deststoretype',
        'PKCS12',
        '-deststorepass',
        'changeit',
      ],
      { stdio: ['pipe', 'pipe', 'pipe'], input: '\n' },
    )
    const back = opened(await pki.readPkcs12(Uint8Array.from(execFileSync('cat', [to])), 'changeit'))
    assert.deepEqual(
      back.keys.map(key => Buffer.from(key.bytes)),
      [Buffer.from(pair.pkcs8)],
    )
  })
})

describe('PEM', () => {
  const pair = pairOf('P-256')
  const leaf = selfSigned(pair)
  test('goes out key first and comes back whole', () => {
    const text = new TextDecoder().decode(pki.writePem({ key: new SecretBytes(pair.pkcs8), certificates: [leaf] }).bytes)
    assert.match(text, /^-----BEGIN PRIVATE KEY-----\n[\s\S]+-----BEGIN CERTIFICATE-----\n/)
    assert(new X509Certificate(text).checkPrivateKey(createPrivateKey(text)))
    const back = pki.readPem(text)
    assert(!('flaw' in back))
    assert.deepEqual([back.keys.map(key => Buffer.from(key.bytes)), back.certificates], [[Buffer.from(pair.pkcs8)], [leaf]])
  })
  test('with a key in another form, or nothing in it, is refused', () => {
    const sec1 = pair.privateKey.export({ type: 'sec1', format: 'pem' })
    for (const text of [sec1, '', 'hello', '-----BEGIN CERTIFICATE-----\n****\n-----END CERTIFICATE-----\n'])
      assert('flaw' in pki.readPem(text), text)
  })
})
