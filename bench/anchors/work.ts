// The operation's one cryptographic call and nothing else, placed as in the product: public RSA and P-256 on the calling thread,
// private RSA on libuv's threads (performance.md 5.1). Keys are opened once.
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  generateKeyPairSync,
  hash,
  publicDecrypt,
  publicEncrypt,
  randomBytes,
  type KeyObject,
} from 'node:crypto'
import { freshBytes, sealBox } from '#crypto/derived-key-box.ts'
import { chunkBytes } from '#domain/objects/byte-seal.ts'
import { type Binding, hashBits, loadBinding, paddings } from '#adapters/native/binding.ts'

export const workNames = [
  'none',
  'rsa-encrypt',
  'rsa-decrypt',
  'rsa-sign-pkcs1',
  'rsa-sign-pss',
  'rsa-verify',
  'ec-sign',
  'ec-verify',
  'envelope',
  'hmac',
  'seal-bytes',
  'open-bytes',
] as const
export type WorkName = (typeof workNames)[number]

/** Does the work once; rejects when its result is not what it must be. */
export type Work = () => Promise<void>

const value = new Uint8Array(hash('sha256', 'what the anchors work on', 'buffer'))
const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' } as const

/** `bytes`: of the work on so many. */
export function openWork(name: WorkName, bytes = 0): Work {
  if (name === 'none') return async () => undefined
  if (name === 'seal-bytes' || name === 'open-bytes') return bytesWork(name, bytes)
  const loaded = loadBinding()
  if ('reason' in loaded) throw new Error(`the anchors need the native module: ${loaded.reason}`)
  if (name === 'envelope' || name === 'hmac') return symmetricWork(name)
  return name.startsWith('rsa') ? rsaWork(name, loaded.binding) : ecWork(name, loaded.binding)
}

const pkcs8Of = (key: KeyObject): Uint8Array<ArrayBuffer> => new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }))

function demand(done: unknown): void {
  if (done === undefined || done === false) throw new Error('the anchor’s own work failed')
}

function rsaWork(name: WorkName, binding: Binding): Work {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const opened = binding.openKey(pkcs8Of(privateKey))
  const wrapped = new Uint8Array(publicEncrypt({ key: publicKey, ...oaep }, value))
  const works: Readonly<Record<string, Work>> = {
    'rsa-encrypt': async () => demand(publicEncrypt({ key: publicKey, ...oaep }, value)),
    'rsa-decrypt': async () => demand(await binding.rsaDecrypt(opened, wrapped, paddings.oaep, hashBits.sha256, false)),
    'rsa-sign-pkcs1': async () => demand(await binding.rsaSign(opened, value, paddings.pkcs1, hashBits.sha256, false)),
    'rsa-sign-pss': async () => demand(await binding.rsaSign(opened, value, paddings.pss, hashBits.sha256, false)),
    // Any number below the modulus costs the same to raise.
    'rsa-verify': async () => demand(publicDecrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, wrapped)),
  }
  return known(works, name)
}

function ecWork(name: WorkName, binding: Binding): Work {
  const opened = binding.openKey(pkcs8Of(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey))
  const sign = async () => binding.ecSign(opened, value, true)
  const signature = binding.ecSign(opened, value, true)
  if (!(signature instanceof Uint8Array)) throw new Error('inline work answers at once')
  const works: Readonly<Record<string, Work>> = {
    'ec-sign': async () => demand(await sign()),
    'ec-verify': async () => demand(await binding.ecVerify(opened, value, signature, true)),
  }
  return known(works, name)
}

/** One message under a key derived for it, and one code. */
function symmetricWork(name: 'envelope' | 'hmac'): Work {
  const key = createSecretKey(randomBytes(32))
  if (name === 'hmac') return async () => demand(createHmac('sha256', key).update(value).digest())
  const under = { key, label: 'anchor', context: value }
  return async () => demand(sealBox(under, value, randomBytes(freshBytes)))
}

/** AES-256-GCM in chunks as long as those of objects, the key and the nonces there already. */
function bytesWork(name: 'seal-bytes' | 'open-bytes', bytes: number): Work {
  const [key, nonce] = [createSecretKey(randomBytes(32)), Buffer.alloc(12)]
  const chunk = Buffer.alloc(Math.min(chunkBytes, bytes))
  const how = { authTagLength: 16 }
  const sealing = createCipheriv('aes-256-gcm', key, nonce, how)
  const sealed = sealing.update(chunk)
  sealing.final()
  const tag = sealing.getAuthTag()
  const seal = (plaintext: Buffer): void => {
    const cipher = createCipheriv('aes-256-gcm', key, nonce, how)
    demand(cipher.update(plaintext).length === plaintext.length)
    cipher.final()
  }
  const open = (): void => {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, how).setAuthTag(tag)
    demand(decipher.update(sealed).length === chunk.length)
    decipher.final()
  }
  return async () => {
    for (let at = 0; at < bytes; at += chunk.length) {
      if (name === 'open-bytes') open()
      else seal(chunk)
    }
  }
}

function known(works: Readonly<Record<string, Work>>, name: WorkName): Work {
  const work = works[name]
  if (work === undefined) throw new Error(`no anchor does ${name}`)
  return work
}
