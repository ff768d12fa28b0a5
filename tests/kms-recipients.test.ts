// Answers for attested machines, through the wire: only the machine reads them, and policies know which machine it is.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { maker } from '#adapters/nitro/testing.ts'
import { millis } from '#model/brands.ts'
import { objectIn, textIn, type Answered } from '#protocols/http/testing.ts'
import { kmsWire } from './wire/kms-requests.ts'
import { accountId, bodyFor, signedHouse, type SignedHouse } from './wire/signed.ts'

const known = maker(millis(1_800_000_000_000))
const dir = mkdtempSync(join(tmpdir(), 'keystead-recipients-'))
after(() => rmSync(dir, { recursive: true, force: true }))

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const recipient = (document = known.document()) => ({ KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256', AttestationDocument: base64(document) })

/** What the machine reads of an answer. */
function opened({ json, text, status }: Answered): Buffer {
  assert.equal(status, 200, text)
  for (const secret of ['Plaintext', 'PrivateKeyPlaintext', 'SharedSecret', 'KeyMaterialId']) assert.equal(json[secret], undefined, secret)
  const [message, key] = [join(dir, 'message'), join(dir, 'key')]
  writeFileSync(message, Buffer.from(textIn(json['CiphertextForRecipient']), 'base64'))
  writeFileSync(key, known.machineKey.export({ format: 'pem', type: 'pkcs8' }))
  return execFileSync('openssl', ['cms', '-decrypt', '-binary', '-inform', 'DER', '-in', message, '-inkey', key])
}

describe('an answer for an attested machine', () => {
  let house: SignedHouse
  let trustless: SignedHouse
  before(async () => {
    house = await signedHouse({ attestationRoots: [known.root] })
    trustless = await signedHouse()
  })
  const ask = async (operation: string, members: Readonly<Record<string, unknown>>, at = house): Promise<Answered> =>
    at.send(kmsWire, 'administrator', { operation, body: bodyFor(kmsWire, operation, members) })
  const newKey = async (members: Readonly<Record<string, unknown>> = {}): Promise<string> =>
    textIn(objectIn((await ask('CreateKey', members)).json['KeyMetadata'])['KeyId'])

  test('has no plaintext but the one that the machine reads', async () => {
    const KeyId = await newKey()
    const sealed = await ask('Encrypt', { KeyId, Plaintext: base64(Buffer.from('for the machine')) })
    const said = { CiphertextBlob: sealed.json['CiphertextBlob'], Recipient: recipient() }
    assert.equal(opened(await ask('Decrypt', said)).toString(), 'for the machine')
    const dataKey = await ask('GenerateDataKey', { KeyId, KeySpec: 'AES_256', Recipient: recipient() })
    const plain = await ask('Decrypt', { CiphertextBlob: dataKey.json['CiphertextBlob'] })
    assert.equal(base64(opened(dataKey)), plain.json['Plaintext'])
    const pair = await ask('GenerateDataKeyPair', { KeyId, KeyPairSpec: 'ECC_NIST_P256', Recipient: recipient() })
    assert.ok(opened(pair).length > 100)
    assert.equal(opened(await ask('GenerateRandom', { NumberOfBytes: 24, Recipient: recipient() })).length, 24)
    const agreeing = await newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' })
    const peer = (await ask('GenerateDataKeyPair', { KeyId, KeyPairSpec: 'ECC_NIST_P256' })).json['PublicKey']
    const derived = { KeyId: agreeing, KeyAgreementAlgorithm: 'ECDH', PublicKey: peer }
    assert.equal(
      base64(opened(await ask('DeriveSharedSecret', { ...derived, Recipient: recipient() }))),
      (await ask('DeriveSharedSecret', derived)).json['SharedSecret'],
    )
  })

  test('is refused for a document that proves nothing, or half of a recipient, and never given in clear', async () => {
    const KeyId = await newKey()
    for (const wrong of [
      recipient(maker(millis(1_800_000_000_000)).document()),
      { AttestationDocument: 'AA==' },
      {},
      recipient(Buffer.from('no document')),
    ]) {
      const answered = await ask('GenerateDataKey', { KeyId, KeySpec: 'AES_256', Recipient: wrong })
      assert.deepEqual([answered.status, answered.json['__type']], [400, 'ValidationException'])
    }
  })

  test('is refused where no root is configured', async () => {
    const answered = await ask('GenerateRandom', { NumberOfBytes: 8, Recipient: recipient() }, trustless)
    assert.deepEqual([answered.status, answered.json['__type']], [400, 'UnsupportedOperationException'])
    assert.equal(answered.json['Plaintext'], undefined)
  })

  test('is given where the key’s policy asks for this image, and refused for another one or none', async () => {
    const statement = (image: string) => ({
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${accountId}:user/administrator` },
      Action: 'kms:GenerateDataKey',
      Resource: '*',
      Condition: { StringEqualsIgnoreCase: { 'kms:RecipientAttestation:ImageSha384': image } },
    })
    const manage = {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${accountId}:user/administrator` },
      Action: 'kms:PutKeyPolicy',
      Resource: '*',
    }
    const keyFor = async (image: string) =>
      newKey({ Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement(image), manage] }) })
    const make = async (KeyId: string, more: Readonly<Record<string, unknown>>) =>
      ask('GenerateDataKey', { KeyId, KeySpec: 'AES_128', ...more })
    const [known384, other384] = [await keyFor('01'.repeat(48)), await keyFor('ff'.repeat(48))]
    assert.equal(opened(await make(known384, { Recipient: recipient() })).length, 16)
    for (const refused of [await make(known384, {}), await make(other384, { Recipient: recipient() })])
      assert.equal(refused.json['__type'], 'AccessDeniedException')
  })
})
