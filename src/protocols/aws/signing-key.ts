import { createHmac, createSecretKey, hash, timingSafeEqual, type KeyObject } from 'node:crypto'
import { hmacHex } from '#crypto/digests.ts'
import { algorithm } from './signature.ts'
import type { CredentialScope } from './credential-scope.ts'

export const scopeText = ({ date, region, service }: Pick<CredentialScope, 'date' | 'region' | 'service'>): string =>
  `${date}/${region}/${service}/aws4_request`

const hmac = (key: Uint8Array | KeyObject, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** General Reference, "Calculate the signature", step 3: the key of a day, a Region and a service. */
export function signingKey(secret: Uint8Array, { date, region, service }: Pick<CredentialScope, 'date' | 'region' | 'service'>): KeyObject {
  const first = Buffer.concat([Buffer.from('AWS4'), secret])
  const steps = [first, hmac(first, date)]
  for (const step of [region, service, 'aws4_request']) steps.push(hmac(steps.at(-1) ?? first, step))
  const key = createSecretKey(steps.at(-1) ?? first)
  for (const step of steps) step.fill(0)
  return key
}

export interface Signed {
  readonly date: string
  readonly scope: CredentialScope
  readonly canonical: string
}

/** Step 2 there: what the request's signature is of. */
export const textToSign = ({ date, scope, canonical }: Signed): string =>
  `${algorithm}\n${date}\n${scopeText(scope)}\n${hash('sha256', canonical, 'hex')}`

/** For who signs: in hex digits. */
export const signatureOf = ({ key, ...signed }: Signed & { readonly key: KeyObject }): string => hmacHex(key, textToSign(signed))

/** Of signatures in hex digits; in constant time. */
export const isSignature = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
