// Key stores of the CloudHSM kind over TLS, by Amazon's own client, as docs/how-to/hsm.md has them: SoftHSM2's token for the cluster.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import * as sdk from '@aws-sdk/client-kms'
import { z } from 'zod'
import { systemClock } from '#adapters/system/clock.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { makeAuthority } from '#adapters/tls/authority.ts'
import { noSoftHsm, softHsm } from '#tests/tokens/soft-hsm.ts'
import { awsClients } from './aws.ts'
import { behindInstance } from './behind.ts'

const password = 'kmsPswd1 of the token'
const page = readFileSync(join(import.meta.dirname, '../../docs/how-to/hsm.md'), 'utf8')
const [, clusterId = '', label = ''] = /--key-store-tokens (cluster-[2-7a-zA-Z]+)=([a-z]+)/.exec(page) ?? []

/** A token, and a certificate that vouches for it, for as long as the file runs. */
async function tokenAround() {
  const hsm = softHsm()
  hsm.newToken(label, password)
  const { rootPem } = await makeAuthority({ dns: ['hsm.test'], ip: [] }, { now: systemClock.now(), random: systemRandom() })
  const anchorFile = join(hsm.folder, 'customerCA.crt')
  writeFileSync(anchorFile, rootPem)
  return {
    instance: {
      ...hsm.surroundings,
      KEYSTEAD_PKCS11_MODULE: hsm.module,
      KEYSTEAD_KEY_STORE_TOKENS: `${clusterId}=${label}`,
      KEYSTEAD_KEY_STORE_ANCHOR_FILE: anchorFile,
    },
    client: { ...hsm.surroundings, ANCHOR_FILE: anchorFile },
    [Symbol.asyncDispose]: async () => hsm[Symbol.dispose](),
  }
}

async function keptInToken(): Promise<void> {
  const instance = await behindInstance(import.meta.filename, tokenAround)
  const { environment, clientEnvironment } = instance
  const at = { endpoint: clientEnvironment['AWS_ENDPOINT_URL'] ?? '', ca: readFileSync(environment.caFile, 'utf8') }
  await instance.ask('aws', 'account', 'add', '454545454545')
  const user = z
    .object({ arn: z.string(), accessKeyId: z.string(), secretAccessKey: z.string() })
    .parse(await instance.ask('aws', 'user', 'add', 'alice', '--account', '454545454545', '--administrator'))
  const { kms } = awsClients(at, user)
  const named = (name: string) => (error: unknown) => error instanceof Error && error.name === name
  const TrustAnchorCertificate = readFileSync(process.env['ANCHOR_FILE'] ?? '', 'utf8')
  const asked = { CustomKeyStoreName: 'keys', CloudHsmClusterId: clusterId, KeyStorePassword: password, TrustAnchorCertificate }

  describe('@aws-sdk/client-kms, with keys in a token', () => {
    let CustomKeyStoreId = ''
    let KeyId = ''
    const Plaintext = Buffer.from('kept in a token')
    const EncryptionContext = { at: 'rest' }
    const described = async () => (await kms.send(new sdk.DescribeCustomKeyStoresCommand({ CustomKeyStoreId }))).CustomKeyStores?.[0]

    test('makes and connects a key store of the token', async () => {
      await assert.rejects(
        kms.send(new sdk.CreateCustomKeyStoreCommand({ ...asked, TrustAnchorCertificate: 'another' })),
        named('IncorrectTrustAnchorException'),
      )
      CustomKeyStoreId = (await kms.send(new sdk.CreateCustomKeyStoreCommand(asked))).CustomKeyStoreId ?? ''
      const made = await described()
      assert.deepEqual(
        [made?.CustomKeyStoreType, made?.ConnectionState, made?.CloudHsmClusterId, made?.TrustAnchorCertificate],
        ['AWS_CLOUDHSM', 'DISCONNECTED', clusterId, TrustAnchorCertificate],
      )
      await assert.rejects(
        kms.send(new sdk.CreateKeyCommand({ Origin: 'AWS_CLOUDHSM', CustomKeyStoreId })),
        named('CustomKeyStoreInvalidStateException'),
      )
      await kms.send(new sdk.ConnectCustomKeyStoreCommand({ CustomKeyStoreId }))
      assert.equal((await described())?.ConnectionState, 'CONNECTED')
    })

    test('makes a key there, and uses it', async () => {
      const { KeyMetadata } = await kms.send(new sdk.CreateKeyCommand({ Origin: 'AWS_CLOUDHSM', CustomKeyStoreId }))
      KeyId = KeyMetadata?.KeyId ?? ''
      assert.deepEqual(
        [KeyMetadata?.Origin, KeyMetadata?.CustomKeyStoreId, KeyMetadata?.CloudHsmClusterId, KeyMetadata?.KeyState, KeyMetadata?.KeySpec],
        ['AWS_CLOUDHSM', CustomKeyStoreId, clusterId, 'Enabled', 'SYMMETRIC_DEFAULT'],
      )
      const { CiphertextBlob } = await kms.send(new sdk.EncryptCommand({ KeyId, Plaintext, EncryptionContext }))
      const opened = await kms.send(new sdk.DecryptCommand({ CiphertextBlob, EncryptionContext }))
      assert.deepEqual([Buffer.from(opened.Plaintext ?? []), opened.KeyId], [Plaintext, KeyMetadata?.Arn])
      await assert.rejects(kms.send(new sdk.DecryptCommand({ CiphertextBlob })), named('InvalidCiphertextException'))
      const data = await kms.send(new sdk.GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }))
      const again = await kms.send(new sdk.DecryptCommand({ CiphertextBlob: data.CiphertextBlob }))
      assert.deepEqual(again.Plaintext, data.Plaintext)
      const out = await kms.send(new sdk.CreateKeyCommand({}))
      const moved = await kms.send(
        new sdk.ReEncryptCommand({ CiphertextBlob, SourceEncryptionContext: EncryptionContext, DestinationKeyId: out.KeyMetadata?.KeyId }),
      )
      const there = await kms.send(new sdk.DecryptCommand({ CiphertextBlob: moved.CiphertextBlob }))
      assert.deepEqual(Buffer.from(there.Plaintext ?? []), Plaintext)
      assert.equal((await kms.send(new sdk.GenerateRandomCommand({ NumberOfBytes: 32, CustomKeyStoreId }))).Plaintext?.length, 32)
    })

    test('is refused what such keys do not do', async () => {
      const unsupported: readonly (() => Promise<unknown>)[] = [
        async () =>
          kms.send(new sdk.CreateKeyCommand({ Origin: 'AWS_CLOUDHSM', CustomKeyStoreId, KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' })),
        async () => kms.send(new sdk.CreateKeyCommand({ Origin: 'AWS_CLOUDHSM', CustomKeyStoreId, MultiRegion: true })),
        async () => kms.send(new sdk.EnableKeyRotationCommand({ KeyId })),
        async () => kms.send(new sdk.RotateKeyOnDemandCommand({ KeyId })),
        async () => kms.send(new sdk.GenerateDataKeyPairCommand({ KeyId, KeyPairSpec: 'ECC_NIST_P256' })),
        async () =>
          kms.send(new sdk.GetParametersForImportCommand({ KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' })),
      ]
      for (const ask of unsupported) await assert.rejects(ask(), named('UnsupportedOperationException'))
    })

    test('finds keys unavailable while the store is disconnected; a store with keys stays; no password is told', async () => {
      const { CiphertextBlob } = await kms.send(new sdk.EncryptCommand({ KeyId, Plaintext }))
      await kms.send(new sdk.DisconnectCustomKeyStoreCommand({ CustomKeyStoreId }))
      assert.equal((await kms.send(new sdk.DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState, 'Unavailable')
      await assert.rejects(kms.send(new sdk.DecryptCommand({ CiphertextBlob })), named('KMSInvalidStateException'))
      await assert.rejects(kms.send(new sdk.DeleteCustomKeyStoreCommand({ CustomKeyStoreId })), named('CustomKeyStoreHasCMKsException'))
      await kms.send(new sdk.UpdateCustomKeyStoreCommand({ CustomKeyStoreId, KeyStorePassword: 'wrong password' }))
      await kms.send(new sdk.ConnectCustomKeyStoreCommand({ CustomKeyStoreId }))
      const failed = await described()
      assert.deepEqual([failed?.ConnectionState, failed?.ConnectionErrorCode], ['FAILED', 'INVALID_CREDENTIALS'])
      await kms.send(new sdk.DisconnectCustomKeyStoreCommand({ CustomKeyStoreId }))
      await kms.send(new sdk.UpdateCustomKeyStoreCommand({ CustomKeyStoreId, KeyStorePassword: password }))
      await kms.send(new sdk.ConnectCustomKeyStoreCommand({ CustomKeyStoreId }))
      const { Plaintext: opened } = await kms.send(new sdk.DecryptCommand({ CiphertextBlob }))
      assert.deepEqual(Buffer.from(opened ?? []), Plaintext)
      const told = (await instance.run('audit', 'query', '--json')).stdout
      assert(!told.includes(password) && !told.includes('wrong password'))
    })

    test('serves keys of the token after the instance was started anew', async () => {
      const { CiphertextBlob } = await kms.send(new sdk.EncryptCommand({ KeyId, Plaintext }))
      assert.equal((await instance.run('seal', 'now', '--confirm', environment.domain)).code, 0)
      assert.equal((await instance.run('unseal')).code, 0)
      const { Plaintext: opened } = await kms.send(new sdk.DecryptCommand({ CiphertextBlob }))
      assert.deepEqual(Buffer.from(opened ?? []), Plaintext)
    })
  })
}

if (noSoftHsm === false) await keptInToken()
else test('@aws-sdk/client-kms, with keys in a token', { skip: noSoftHsm }, () => undefined)
