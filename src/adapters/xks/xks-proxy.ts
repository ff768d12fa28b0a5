import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { dateOf } from '#adapters/system/clock.ts'
import { authorizationOf } from '#crypto/request-signature.ts'
import type { AllowedHost } from '#model/allowed-hosts.ts'
import { httpsPort } from '#model/allowed-hosts.ts'
import type { Bytes } from '#model/brands.ts'
import { lookUp } from '#model/names.ts'
import type { Clock } from '#ports/clock.ts'
import { ExternalKeyFailed, type ExternalAsker, type ExternalFailure, type ExternalKeys, type ExternalProxy } from '#ports/external-keys.ts'
import { OutgoingFailed, type Outgoing, type OutgoingAnswer, type OutgoingFailure } from '#ports/outgoing.ts'
import { decrypted, encrypted, failures, health, keyMetadata, refusal } from './answers.ts'

export interface XksParts {
  readonly outgoing: Outgoing
  readonly clock: Clock
  /** Where a host that stores name stands: their addresses have no port, and a proxy of one's own may have another than HTTPS's. */
  readonly hosts?: readonly AllowedHost[]
}

/** The whole of a call; later it is given up (aws-kms.md 3.5). */
const withinMs = 250
const service = 'kms-xks-proxy'

type Body = Readonly<Record<string, unknown>>

/** The client of the XKS Proxy API, version 1: JSON over HTTPS, POST alone, signed with the store's own credential. */
export function xksProxy(parts: XksParts): ExternalKeys {
  const ask: Ask = async (proxy, { call, body, answer }) => read(await sent(parts, proxy, { call, body }), answer)
  return {
    async health(proxy, { operation, requestId }) {
      const body = { requestMetadata: { kmsRequestId: requestId, kmsOperation: operation } }
      const { ekmFleetDetails } = await ask(proxy, { call: 'health', body, answer: health })
      if (ekmFleetDetails.every(({ healthStatus }) => healthStatus === 'UNAVAILABLE')) throw new ExternalKeyFailed('unavailable')
    },
    async describe(proxy, keyId, asker) {
      const body = { requestMetadata: metadataOf(asker) }
      const { keySpec, keyUsage, keyStatus } = await ask(proxy, { call: `keys/${keyId}/metadata`, body, answer: keyMetadata })
      return { spec: keySpec, usages: keyUsage, enabled: keyStatus === 'ENABLED' }
    },
    ...using(ask),
  }
}

type Ask = <T>(proxy: ExternalProxy, what: { readonly call: string; readonly body: Body; readonly answer: z.ZodType<T> }) => Promise<T>

const using = (ask: Ask): Pick<ExternalKeys, 'encrypt' | 'decrypt'> => ({
  async encrypt(proxy, { keyId, plaintext, aad }, asker) {
    const body = {
      requestMetadata: metadataOf(asker),
      additionalAuthenticatedData: aad.toBase64(),
      plaintext: plaintext.toBase64(),
      encryptionAlgorithm: 'AES_GCM',
      ciphertextDataIntegrityValueAlgorithm: 'SHA_256',
    }
    const made = await ask(proxy, { call: `keys/${keyId}/encrypt`, body, answer: encrypted })
    const { ciphertext, ciphertextMetadata: metadata, initializationVector: iv, authenticationTag: tag } = made
    const whole = integrityValue([aad, metadata ?? new Uint8Array(), iv, ciphertext, tag])
    if (ciphertext.length !== plaintext.length || Buffer.compare(whole, made.ciphertextDataIntegrityValue) !== 0)
      throw new ExternalKeyFailed('malformed')
    return { ciphertext, iv, tag, ...(metadata !== undefined && { metadata }) }
  },
  async decrypt(proxy, { keyId, sealed, aad }, asker) {
    const body = {
      requestMetadata: metadataOf(asker),
      additionalAuthenticatedData: aad.toBase64(),
      encryptionAlgorithm: 'AES_GCM',
      ciphertext: sealed.ciphertext.toBase64(),
      ...(sealed.metadata !== undefined && { ciphertextMetadata: sealed.metadata.toBase64() }),
      initializationVector: sealed.iv.toBase64(),
      authenticationTag: sealed.tag.toBase64(),
    }
    const { plaintext } = await ask(proxy, { call: `keys/${keyId}/decrypt`, body, answer: decrypted })
    if (plaintext.length !== sealed.ciphertext.length) throw new ExternalKeyFailed('malformed')
    return plaintext
  },
})

const metadataOf = ({ principal, keyArn, operation, requestId, via }: ExternalAsker): Body => ({
  awsPrincipalArn: principal,
  ...(keyArn !== undefined && { kmsKeyArn: keyArn }),
  kmsOperation: operation,
  kmsRequestId: requestId,
  ...(via !== undefined && { kmsViaService: via }),
})

async function sent(
  { outgoing, clock, hosts = [] }: XksParts,
  proxy: ExternalProxy,
  { call, body }: { readonly call: string; readonly body: Body },
): Promise<OutgoingAnswer> {
  const host = authorityOf(proxy.endpoint, hosts)
  const path = `${proxy.path}/${call}`
  const bytes = new TextEncoder().encode(JSON.stringify(body))
  // 20250131T235959Z
  const time = dateOf(clock.now())
    .toISOString()
    .replace(/[-:]|\.\d{3}/g, '')
  const headers = { host, 'x-amz-date': time }
  const scope = { date: time.slice(0, 8), region: proxy.region, service }
  const authorization = authorizationOf({ method: 'POST', path, headers, body: bytes }, { ...proxy, scope })
  try {
    return await outgoing.post('keyStores', `https://${host}${path}`, {
      headers: { ...headers, authorization, 'content-type': 'application/json' },
      body: bytes,
      withinMs,
    })
  } catch (cause) {
    if (cause instanceof OutgoingFailed) throw new ExternalKeyFailed(ways[cause.failure], { cause })
    throw cause
  }
}

const ways: Readonly<Record<OutgoingFailure, ExternalFailure>> = {
  refused: 'unreachable',
  unreachable: 'unreachable',
  untrusted: 'untrusted',
  timeout: 'timeout',
  tooLarge: 'malformed',
}

/** Host and port as the request is signed for them. */
function authorityOf(endpoint: string, hosts: readonly AllowedHost[]): string {
  const { hostname } = new URL(endpoint)
  const port = hosts.find(({ host }) => host === hostname)?.port ?? httpsPort
  return port === httpsPort ? hostname : `${hostname}:${port}`
}

function read<T>({ status, body }: OutgoingAnswer, schema: z.ZodType<T>): T {
  const json = parsed(body)
  if (status !== 200) throw new ExternalKeyFailed(lookUp(failures, refusal.safeParse(json).data?.errorName ?? '') ?? 'malformed')
  const answer = schema.safeParse(json)
  if (!answer.success) throw new ExternalKeyFailed('malformed')
  return answer.data
}

function parsed(body: Bytes): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}

/** CDIV: SHA-256 of all of it in this order, lengths not among it (XKS Proxy API, appendix C). */
function integrityValue(parts: readonly Bytes[]): Bytes {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
