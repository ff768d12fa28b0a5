import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { systemClock } from '#adapters/system/clock.ts'
import { authorizationOf } from '#crypto/request-signature.ts'
import { ExternalKeyFailed, type ExternalFailure } from '#ports/external-keys.ts'
import { localXksProxy } from './testing.ts'
import { xksProxy } from './xks-proxy.ts'

const remote = await localXksProxy()
after(async () => remote[Symbol.asyncDispose]())

const client = xksProxy({ outgoing: remote.outgoing, clock: systemClock, hosts: remote.hosts })
const proxy = { endpoint: remote.endpoint, path: remote.path, region: 'us-east-1', ...remote.credential }
const asker = {
  principal: 'arn:aws:iam::111122223333:user/alice',
  keyArn: 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  operation: 'Encrypt',
  requestId: '4112f4d6-db54-4af4-ae30-c55a22a8dfae',
}
const aad = Buffer.from('project=nile,department=marketing')
const failing = (failure: ExternalFailure) => (error: unknown) => error instanceof ExternalKeyFailed && error.failure === failure
const encrypt = async (plaintext: Uint8Array = Buffer.from('Hello World!')) =>
  client.encrypt(proxy, { keyId: 'key-1', plaintext, aad }, asker)

describe('a proxy of an external key manager', () => {
  test('verifies the signature of every call, and is told who asks for what', async () => {
    await client.health(proxy, { ...asker, operation: 'CreateCustomKeyStore' })
    assert.deepEqual(remote.asked.at(-1), {
      call: 'health',
      body: { requestMetadata: { kmsRequestId: asker.requestId, kmsOperation: 'CreateCustomKeyStore' } },
    })
    assert.deepEqual(await client.describe(proxy, 'key-1', { ...asker, via: 's3' }), {
      spec: 'AES_256',
      usages: ['ENCRYPT', 'DECRYPT', 'WRAP'],
      enabled: true,
    })
    assert.deepEqual(remote.asked.at(-1)?.body['requestMetadata'], {
      awsPrincipalArn: asker.principal,
      kmsKeyArn: asker.keyArn,
      kmsOperation: 'Encrypt',
      kmsRequestId: asker.requestId,
      kmsViaService: 's3',
    })
    await assert.rejects(client.health({ ...proxy, secret: 'x'.repeat(43) }, asker), failing('authentication'))
  })

  test('opens what it sealed, with the same additional data and not with others', async () => {
    const plaintext = randomBytes(4_300)
    const sealed = await encrypt(plaintext)
    assert.equal(Buffer.compare(await client.decrypt(proxy, { keyId: 'key-1', sealed, aad }, asker), plaintext), 0)
    await assert.rejects(client.decrypt(proxy, { keyId: 'key-1', sealed, aad: Buffer.from('other') }, asker), failing('ciphertextInvalid'))
    const { metadata: _left, ...without } = sealed
    await assert.rejects(client.decrypt(proxy, { keyId: 'key-1', sealed: without, aad }, asker), failing('ciphertextInvalid'))
  })

  test('is not believed where the integrity value is not of what it answered', async () => {
    for (const member of [
      'ciphertext',
      'ciphertextMetadata',
      'initializationVector',
      'authenticationTag',
      'ciphertextDataIntegrityValue',
    ]) {
      remote.answer('keys/key-1/encrypt', {
        spoil(body) {
          const bytes = Buffer.from(String(body[member]), 'base64')
          bytes[0] = (bytes[0] ?? 0) ^ 1
          body[member] = bytes.toString('base64')
        },
      })
      await assert.rejects(encrypt(), failing('malformed'), member)
    }
    remote.answer('keys/key-1/encrypt', { spoil: body => delete body['ciphertextDataIntegrityValue'] })
    await assert.rejects(encrypt(), failing('malformed'))
    remote.answer('keys/key-1/encrypt', undefined)
  })

  test('says by name what it refuses', async () => {
    const names = {
      ValidationException: [400, 'refusedAsInvalid'],
      InvalidStateException: [400, 'keyDisabled'],
      InvalidKeyUsageException: [400, 'keyUsage'],
      AccessDeniedException: [403, 'accessDenied'],
      InvalidUriPathException: [404, 'uriPath'],
      ThrottlingException: [429, 'throttled'],
      UnsupportedOperationException: [501, 'unsupported'],
      DependencyTimeoutException: [503, 'dependencyTimeout'],
      InternalException: [500, 'internal'],
      SomethingElse: [400, 'malformed'],
    } as const satisfies Readonly<Record<string, readonly [status: number, failure: ExternalFailure]>>
    for (const [errorName, [status, failure]] of Object.entries(names)) {
      remote.answer('keys/', { status, body: { errorName, errorMessage: 'told to nobody' } })
      await assert.rejects(encrypt(), failing(failure), errorName)
    }
    remote.answer('keys/', undefined)
    await assert.rejects(client.describe(proxy, 'key-2', asker), failing('keyNotFound'))
    await assert.rejects(client.health({ ...proxy, path: '/other/kms/xks/v1' }, asker), failing('uriPath'))
  })

  test('that answers with what cannot be read, too late, or not at all has not answered', async () => {
    for (const body of ['', 'no json', '{}', { plaintext: 'AAAA' }, { ciphertext: '!', initializationVector: 'AAAA' }]) {
      remote.answer('keys/', { body })
      await assert.rejects(encrypt(), failing('malformed'))
    }
    // Far beyond the quarter of a second that it has, however slow the machine is.
    remote.answer('keys/', { delayMs: 5_000 })
    await assert.rejects(encrypt(), failing('timeout'))
    remote.answer('keys/', undefined)
    await assert.rejects(client.health({ ...proxy, endpoint: 'https://elsewhere.test' }, asker), failing('unreachable'))
  })

  test('that says of all its key managers that they do not serve is not healthy', async () => {
    const managers = (...statuses: string[]) => ({
      spoil: (body: Record<string, unknown>) =>
        void (body['ekmFleetDetails'] = statuses.map((healthStatus, at) => ({ id: String(at), model: 'm', healthStatus }))),
    })
    remote.answer('health', managers('UNAVAILABLE', 'UNAVAILABLE'))
    await assert.rejects(client.health(proxy, asker), failing('unavailable'))
    remote.answer('health', managers('UNAVAILABLE', 'DEGRADED'))
    await client.health(proxy, asker)
    remote.answer('health', undefined)
  })
})

test('a request is signed as the published example is (SigV4 test suite, post-vanilla)', () => {
  const authorization = authorizationOf(
    { method: 'POST', path: '/', headers: { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z' }, body: new Uint8Array() },
    {
      accessKeyId: 'AKIDEXAMPLE',
      secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      scope: { date: '20150830', region: 'us-east-1', service: 'service' },
    },
  )
  assert.equal(
    authorization,
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  )
})
