import { z } from 'zod'
import { requestCase } from '#bench/request-case.ts'
import { json } from './keys.ts'

const bundle = z.object({ key: z.object({ kid: z.string().includes('/keys/rsa/'), kty: z.literal('RSA'), n: z.base64url().length(342) }) })

export const getKey = requestCase({
  name: 'getKey',
  work: 'none',
  quick: true,
  goals: { cpuOfD: 0.75, rateOfA: 0.6 },
  async prepare(world) {
    return {
      exchanges: [world.vault('benchvault', { method: 'GET', path: '/keys/rsa' })],
      async verify(reply) {
        bundle.parse(json(reply))
      },
    }
  },
})
