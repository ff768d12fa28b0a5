import { requestCase, type RequestCase } from '#bench/request-case.ts'
import { base64url, keyExchange, plaintext, resultOf } from './keys.ts'

const alg = 'RSA-OAEP-256'
const clear = { value: base64url(plaintext) }

/** Public RSA on the calling thread; what comes out must come back the same. */
const publicCase = (one: { readonly operation: string; readonly inverse: string } & Pick<RequestCase, 'name' | 'quick'>) =>
  requestCase({
    ...one,
    work: 'rsa-encrypt',
    goals: { cpuOfD: 0.78, rateOfA: 0.38 },
    async prepare(world) {
      return {
        exchanges: [keyExchange(world, { key: 'rsa', operation: one.operation, body: { alg, ...clear } })],
        async verify(reply) {
          const back = keyExchange(world, { key: 'rsa', operation: one.inverse, body: { alg, value: base64url(resultOf(reply)) } })
          if (!resultOf(await world.web.send(back)).equals(plaintext)) throw new Error(`${one.operation} does not come back`)
        },
      }
    },
  })

/** Private RSA on the pool. */
const privateCase = (one: { readonly operation: string; readonly inverse: string } & Pick<RequestCase, 'name' | 'quick'>) =>
  requestCase({
    ...one,
    work: 'rsa-decrypt',
    goals: { cpuOfD: 0.88, rateOfF: 0.9 },
    async prepare(world) {
      const made = await world.web.send(keyExchange(world, { key: 'rsa', operation: one.inverse, body: { alg, ...clear } }))
      return {
        exchanges: [keyExchange(world, { key: 'rsa', operation: one.operation, body: { alg, value: base64url(resultOf(made)) } })],
        async verify(reply) {
          if (!resultOf(reply).equals(plaintext)) throw new Error(`${one.operation} answered another plaintext`)
        },
      }
    },
  })

export const wrapKey = publicCase({ name: 'wrapKey RSA-OAEP-256, 2048', operation: 'wrapkey', inverse: 'unwrapkey', quick: true })
export const unwrapKey = privateCase({ name: 'unwrapKey RSA-OAEP-256, 2048', operation: 'unwrapkey', inverse: 'wrapkey' })
export const encrypt = publicCase({ name: 'encrypt RSA-OAEP-256, 2048', operation: 'encrypt', inverse: 'decrypt' })
export const decrypt = privateCase({ name: 'decrypt RSA-OAEP-256, 2048', operation: 'decrypt', inverse: 'encrypt' })
