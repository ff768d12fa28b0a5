import type { WorkName } from '#bench/anchors/work.ts'
import { requestCase, type RequestCase } from '#bench/request-case.ts'
import { base64url, demandSignature, demandVerified, keyExchange, plaintext, publicKeyOf, resultOf } from './keys.ts'

interface Signing extends Pick<RequestCase, 'quick' | 'goals'> {
  readonly alg: 'RS256' | 'PS256' | 'ES256'
  readonly work: WorkName
}

const keyOf = ({ alg }: Signing): 'rsa' | 'ec' => (alg === 'ES256' ? 'ec' : 'rsa')

const signCase = (one: Signing) =>
  requestCase({
    name: `sign ${one.alg}`,
    ...one,
    async prepare(world) {
      const key = keyOf(one)
      const publicKey = await publicKeyOf(world, key)
      return {
        exchanges: [keyExchange(world, { key, operation: 'sign', body: { alg: one.alg, value: base64url(plaintext) } })],
        async verify(reply) {
          demandSignature(publicKey, one.alg, resultOf(reply))
        },
      }
    },
  })

const verifyCase = (one: Signing) =>
  requestCase({
    name: `verify ${one.alg}`,
    ...one,
    async prepare(world) {
      const key = keyOf(one)
      const body = { alg: one.alg, value: base64url(plaintext) }
      const signature = resultOf(await world.web.send(keyExchange(world, { key, operation: 'sign', body })))
      const asked = { alg: one.alg, digest: base64url(plaintext), value: base64url(signature) }
      return {
        exchanges: [keyExchange(world, { key, operation: 'verify', body: asked })],
        async verify(reply) {
          demandVerified(reply)
        },
      }
    },
  })

const pooled = { cpuOfD: 0.9, rateOfF: 0.9 } as const

export const signRs256 = signCase({ alg: 'RS256', work: 'rsa-sign-pkcs1', goals: pooled, quick: true })
export const signPs256 = signCase({ alg: 'PS256', work: 'rsa-sign-pss', goals: pooled })
export const signEs256 = signCase({ alg: 'ES256', work: 'ec-sign', goals: { cpuOfD: 0.78, rateOfA: 0.32 } })
export const verifyRs256 = verifyCase({ alg: 'RS256', work: 'rsa-verify', goals: { cpuOfD: 0.78, rateOfA: 0.38 } })
export const verifyPs256 = verifyCase({ alg: 'PS256', work: 'rsa-verify', goals: { cpuOfD: 0.78, rateOfA: 0.38 } })
// The table has no row for it: three times the work of a signature, so no worse than one against D.
export const verifyEs256 = verifyCase({ alg: 'ES256', work: 'ec-verify', goals: { cpuOfD: 0.78 } })
