import { createPublicKey, verify } from 'node:crypto'
import { z } from 'zod'
import { requestCase } from '#bench/request-case.ts'
import { resources, tokenExchange } from '#bench/web.ts'
import { json } from './keys.ts'

const answerShape = z.object({ access_token: z.string(), token_type: z.literal('Bearer'), expires_in: z.int().positive() })
const keysShape = z.object({ keys: z.array(z.looseObject({ kid: z.string(), kty: z.literal('RSA'), n: z.string(), e: z.string() })) })
const headerShape = z.object({ alg: z.literal('RS256'), kid: z.string() })

/** Client credentials with a secret: RS256 on the pool, an entry in the audit. */
export const token = requestCase({
  name: 'token issue (RS256)',
  work: 'rsa-sign-pkcs1',
  goals: { cpuOfD: 0.88 },
  async prepare({ instance, web, user }) {
    const { domain, tenantId } = instance.environment
    const { keys } = keysShape.parse(await web.json({ method: 'GET', host: `login.${domain}`, path: `/${tenantId}/discovery/v2.0/keys` }))
    return {
      exchanges: [tokenExchange(instance.environment, user, resources.keyVault)],
      async verify(reply) {
        const [header = '', payload = '', signature = ''] = answerShape.parse(json(reply)).access_token.split('.')
        const { kid } = headerShape.parse(JSON.parse(Buffer.from(header, 'base64url').toString()))
        const found = keys.find(key => key.kid === kid)
        if (found === undefined) throw new Error('a token under an unknown key')
        const key = createPublicKey({ key: { kty: found.kty, n: found.n, e: found.e }, format: 'jwk' })
        if (!verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')))
          throw new Error('a wrong token')
      },
    }
  },
})
