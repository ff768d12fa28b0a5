import { createPublicKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { algorithmOf, parseJws, verifyJws, type Jws } from '#crypto/jws.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { unmetOf, type ReadPolicy } from './release-policy.ts'

const bytesMax = 64 * 1024
const skewSeconds = 5 * 60
const rsaBitsMin = 2_048

/** The machine's own key, in the token that vouches for it. */
export interface AttestedTarget {
  readonly authority: string
  readonly kid: string
  readonly publicKey: KeyObject
}

interface Presented {
  readonly target: string
  readonly nonce: string | undefined
  readonly policy: ReadPolicy
}

const refused = (because: string): Problem => new Problem({ code: 'ReleaseRefused', details: { because } })
const malformed = (message: string): Problem => new Problem({ code: 'InvalidBody', details: { name: 'target', message } })

/**
 * Whom a key may be released to: the token's authority is one that this installation trusts and the policy names, its signature and times
 * hold, and so does every claim that the policy asks for (key-vault.md 10.2). Raises `InvalidBody`, `ReleaseRefused`.
 */
export async function attestedTarget(context: Needs<'identity' | 'instance'>, call: Call, presented: Presented): Promise<AttestedTarget> {
  const jws = presented.target.length > bytesMax ? undefined : parseJws(presented.target)
  const issuer = jws?.claims['iss']
  if (jws === undefined || typeof issuer !== 'string') throw malformed('must be the token of an attestation authority')
  call.details.set('authority', issuer.slice(0, 256))
  // Who is not listed is never asked for its keys.
  if (!context.instance.attestationAuthorities.includes(issuer)) throw refused('the authority is not trusted by this installation')
  await checkSignature(context, call, { jws, issuer })
  checkTimes(jws, call.at / 1_000)
  if (presented.nonce !== undefined && jws.claims['nonce'] !== presented.nonce) throw refused('nonce')
  const unmet = unmetOf(presented.policy, { issuer, claims: jws.claims })
  if (unmet !== undefined) throw refused(unmet)
  return { authority: issuer, ...targetKey(jws) }
}

async function checkSignature(context: Needs<'identity'>, call: Call, { jws, issuer }: { readonly jws: Jws; readonly issuer: string }) {
  const algorithm = algorithmOf(jws, ['RS256', 'PS256', 'ES256'])
  const keys = await call.once(`keys of ${issuer}`, async () => keysOf(context, call, { jws, issuer }))
  const good =
    algorithm !== undefined && keys.some(({ algorithms, key }) => algorithms.includes(algorithm) && verifyJws(jws, { algorithm, key }))
  if (!good) throw refused('signature')
}

async function keysOf({ identity }: Needs<'identity'>, call: Call, { jws, issuer }: { readonly jws: Jws; readonly issuer: string }) {
  if (typeof jws.header['kid'] !== 'string') throw refused('kid')
  try {
    return await identity.attesters.keysFor(issuer, jws, call.at)
  } catch {
    throw refused('the keys of the authority are not to be had')
  }
}

function checkTimes({ claims }: Jws, now: number): void {
  const isTime = (time: unknown): time is number => typeof time === 'number' && Number.isFinite(time)
  const { exp, nbf, iat } = claims
  if (!isTime(exp) || exp <= now - skewSeconds) throw refused('exp')
  for (const [name, time] of Object.entries({ nbf, iat }))
    if (time !== undefined && (!isTime(time) || time > now + skewSeconds)) throw refused(name)
}

const runtimeKey = z.looseObject({
  kty: z.literal('RSA'),
  kid: z.string(),
  n: z.string(),
  e: z.string(),
  key_use: z.string().optional(),
  use: z.string().optional(),
  key_ops: z.array(z.string()).optional(),
})
const runtime = z.looseObject({ keys: z.array(z.unknown()) })

/** The first RSA key among the machine's claims that is for encryption. */
function targetKey({ claims }: Jws): Pick<AttestedTarget, 'kid' | 'publicKey'> {
  const keys = runtime.safeParse(claims['x-ms-runtime']).data?.keys ?? []
  const usable = keys.flatMap(one => runtimeKey.safeParse(one).data ?? []).find(isForEncryption)
  if (usable === undefined) throw refused('x-ms-runtime.keys')
  const publicKey = createPublicKey({ key: { kty: 'RSA', n: usable.n, e: usable.e }, format: 'jwk' })
  if ((publicKey.asymmetricKeyDetails?.modulusLength ?? 0) < rsaBitsMin) throw refused('x-ms-runtime.keys')
  return { kid: usable.kid, publicKey }
}

const isForEncryption = ({ key_use: keyUse, use, key_ops: operations = [] }: z.output<typeof runtimeKey>): boolean =>
  keyUse === 'enc' || use === 'enc' || operations.some(one => one.toLowerCase() === 'encrypt')
