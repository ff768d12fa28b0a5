// The key service of accounts.
import { createPublicKey, verify } from 'node:crypto'
import { z } from 'zod'
import { addAccount, askingKeys, type Ask } from '#bench/account.ts'
import type { WorkName } from '#bench/anchors/work.ts'
import { requestCase, type RequestCase } from '#bench/request-case.ts'
import type { Exchange, Reply } from '#bench/web.ts'
import type { World } from '#bench/world.ts'
import { json } from './keys.ts'

const message = Buffer.from('what the cases work on')
const Message = message.toString('base64')
const EncryptionContext = { for: 'the bench' }

const createdShape = z.object({ KeyMetadata: z.object({ KeyId: z.string() }) })

export async function newKey({ web }: World, ask: Ask, members: object): Promise<string> {
  return createdShape.parse(await web.json(ask('CreateKey', members))).KeyMetadata.KeyId
}

interface SentOnce {
  readonly exchange: Exchange
  readonly verify: (reply: Reply) => Promise<void>
}
type Sent = (ask: Ask, keyId: string, world: World) => Promise<SentOnce>

interface KeyCase extends Pick<RequestCase, 'name' | 'goals' | 'quick'> {
  readonly work: WorkName
  readonly key: object
  readonly sent: Sent
}

const keyCase = ({ key, sent, ...one }: KeyCase) =>
  requestCase({
    ...one,
    async prepare(world) {
      const ask = askingKeys(world, (await addAccount(world)).root)
      const { exchange, verify: demand } = await sent(ask, await newKey(world, ask, key), world)
      return { exchanges: [exchange], verify: demand }
    },
  })

const blobShape = z.object({ CiphertextBlob: z.string() })
const plainShape = z.object({ Plaintext: z.literal(Message) })
const symmetric = { cpuOfD: 0.75, rateOfA: 0.52 } as const

/** The plaintext comes back from what was answered. */
const opens = async (ask: Ask, { web }: World, reply: Reply): Promise<void> => {
  const { CiphertextBlob } = blobShape.parse(json(reply))
  plainShape.parse(await web.json(ask('Decrypt', { CiphertextBlob, EncryptionContext })))
}
const sealed = async (ask: Ask, KeyId: string, { web }: World): Promise<string> =>
  blobShape.parse(await web.json(ask('Encrypt', { KeyId, Plaintext: Message, EncryptionContext }))).CiphertextBlob

export const accountEncrypt = keyCase({
  name: 'account key Encrypt',
  key: {},
  work: 'envelope',
  goals: symmetric,
  sent: async (ask, KeyId, world) => ({
    exchange: ask('Encrypt', { KeyId, Plaintext: Message, EncryptionContext }),
    verify: async reply => opens(ask, world, reply),
  }),
})

export const accountDecrypt = keyCase({
  name: 'account key Decrypt',
  key: {},
  work: 'envelope',
  goals: symmetric,
  sent: async (ask, KeyId, world) => ({
    exchange: ask('Decrypt', { CiphertextBlob: await sealed(ask, KeyId, world), EncryptionContext }),
    verify: async reply => void plainShape.parse(json(reply)),
  }),
})

export const accountReEncrypt = keyCase({
  name: 'account key ReEncrypt',
  key: {},
  work: 'envelope',
  goals: { cpuOfD: 0.75 },
  sent: async (ask, KeyId, world) => ({
    exchange: ask('ReEncrypt', {
      CiphertextBlob: await sealed(ask, KeyId, world),
      SourceEncryptionContext: EncryptionContext,
      DestinationKeyId: KeyId,
      DestinationEncryptionContext: EncryptionContext,
    }),
    verify: async reply => opens(ask, world, reply),
  }),
})

const dataKeyShape = z.object({ Plaintext: z.string(), CiphertextBlob: z.string() })

export const accountDataKey = keyCase({
  name: 'account key GenerateDataKey',
  key: {},
  work: 'envelope',
  goals: symmetric,
  sent: async (ask, KeyId, { web }) => ({
    exchange: ask('GenerateDataKey', { KeyId, KeySpec: 'AES_256', EncryptionContext }),
    async verify(reply) {
      const { Plaintext, CiphertextBlob } = dataKeyShape.parse(json(reply))
      const opened = await web.json(ask('Decrypt', { CiphertextBlob, EncryptionContext }))
      if (z.object({ Plaintext: z.string() }).parse(opened).Plaintext !== Plaintext) throw new Error('another data key came back')
    },
  }),
})

const macShape = z.object({ Mac: z.string(), MacAlgorithm: z.literal('HMAC_SHA_256') })

export const accountMac = keyCase({
  name: 'account key GenerateMac',
  key: { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
  work: 'hmac',
  goals: symmetric,
  sent: async (ask, KeyId, { web }) => ({
    exchange: ask('GenerateMac', { KeyId, Message, MacAlgorithm: 'HMAC_SHA_256' }),
    async verify(reply) {
      const { Mac } = macShape.parse(json(reply))
      await web.json(ask('VerifyMac', { KeyId, Message, MacAlgorithm: 'HMAC_SHA_256', Mac }))
    },
  }),
})

const publicShape = z.object({ PublicKey: z.string() })
const signatureShape = z.object({ Signature: z.string() })

const signingCase = (one: { readonly spec: string; readonly algorithm: string } & Pick<KeyCase, 'work' | 'goals'>) =>
  keyCase({
    name: `account key Sign ${one.algorithm}`,
    key: { KeySpec: one.spec, KeyUsage: 'SIGN_VERIFY' },
    work: one.work,
    goals: one.goals,
    async sent(ask, KeyId, { web }) {
      const { PublicKey } = publicShape.parse(await web.json(ask('GetPublicKey', { KeyId })))
      const publicKey = createPublicKey({ key: Buffer.from(PublicKey, 'base64'), format: 'der', type: 'spki' })
      return {
        exchange: ask('Sign', { KeyId, Message, SigningAlgorithm: one.algorithm }),
        async verify(reply) {
          const { Signature } = signatureShape.parse(json(reply))
          if (!verify('sha256', message, publicKey, Buffer.from(Signature, 'base64'))) throw new Error(`a wrong ${one.algorithm} signature`)
        },
      }
    },
  })

export const accountSignRsa = signingCase({
  spec: 'RSA_2048',
  algorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
  work: 'rsa-sign-pkcs1',
  goals: { cpuOfD: 0.9, rateOfF: 0.9 },
})
export const accountSignEc = signingCase({
  spec: 'ECC_NIST_P256',
  algorithm: 'ECDSA_SHA_256',
  work: 'ec-sign',
  goals: { cpuOfD: 0.78, rateOfA: 0.32 },
})

const describedShape = z.object({ KeyMetadata: z.object({ KeyId: z.string(), KeyState: z.literal('Enabled') }) })

export const accountDescribe = keyCase({
  name: 'account key DescribeKey',
  key: {},
  work: 'none',
  goals: { cpuOfD: 0.75, rateOfA: 0.6 },
  sent: async (ask, KeyId) => ({
    exchange: ask('DescribeKey', { KeyId }),
    verify: async reply => void describedShape.parse(json(reply)),
  }),
})

const manyKeys = 100_000
const listedShape = z.object({ Keys: z.array(z.object({ KeyId: z.string() })).length(100), NextMarker: z.string() })
/** Of the list, evenly walked from its start. */
const pages = 40

export const accountListKeys = requestCase({
  name: `account ListKeys of ${manyKeys.toLocaleString('en')}, pages of 100`,
  work: 'none',
  sown: { keys: 0, assignments: 10, accountKeys: manyKeys },
  goals: { cpuOfD: 0.75, rateOfA: 0.42 },
  async prepare(world) {
    if (world.account === undefined) throw new Error('no account was sown')
    const ask = askingKeys(world, world.account)
    const exchanges: [Exchange, ...Exchange[]] = [ask('ListKeys', {})]
    while (exchanges.length < pages) {
      const { NextMarker } = listedShape.parse(await world.web.json(exchanges.at(-1) ?? exchanges[0]))
      exchanges.push(ask('ListKeys', { Marker: NextMarker }))
    }
    return { exchanges, verify: async reply => void listedShape.parse(json(reply)) }
  },
})
