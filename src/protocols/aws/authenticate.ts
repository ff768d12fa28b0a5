import { hash } from 'node:crypto'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { noteUse } from '#domain/accounts/credential-uses.ts'
import { principalOf, signerOf, type Signer } from '#domain/accounts/sign-in.ts'
import type { Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { isRegion } from './addresses.ts'
import { canonicalRequest } from './canonical-request.ts'
import type { CredentialScope } from './credential-scope.ts'
import type { AwsSite } from './operation.ts'
import { shownSignature, type ShownSignature } from './signature.ts'
import { isSignature, scopeText, signingKey, textToSign } from './signing-key.ts'
import { assertCurrent } from './skew.ts'

/** How a service takes signatures. */
export interface SignedService {
  /** As scopes name it. */
  readonly signing: string
  readonly global?: true
  /** Signatures in queries too. */
  readonly presigned?: true
  /** A user's own session is nobody here: it has shown no second factor. */
  readonly refusesOwnSessions?: true
  /** 5 where nothing is said. */
  readonly skewMinutes?: number
  /** Bodies that come as they are read: the hash that is signed is the one that the request names, and is held to the body where that is read. */
  readonly streams?: true
}

/** A signature that was verified: what signs the pieces of a body that is signed in pieces. */
export interface Verified {
  readonly bearer: NonNullable<Signer['bearer']>
  /** Under the key of the signature, in hex digits. */
  readonly sign: (text: string) => string
  readonly scope: CredentialScope
  readonly date: string
  /** In hex digits. */
  readonly signature: string
  /** `x-amz-content-sha256` as it was signed; `UNSIGNED-PAYLOAD` of presigned requests that name none. */
  readonly payloadHash: string
}

interface Signed {
  readonly service: SignedService
  readonly site: AwsSite
  readonly request: WireRequest
}

/**
 * Whoever signed the request (aws-kms.md 5.1). The mathematics once a request; whether the key is live and its owner there, at every try.
 * Raises `SignatureMissing` and its kin, `AccessKeyUnknown`, `SessionExpired`.
 */
export async function authenticate(context: Context, call: Call, signed: Signed): Promise<Principal> {
  if (signed.request.bodyTooLong) throw new Problem({ code: 'BodyTooLarge', details: { maximumBytes: 0 } })
  const { bearer, scope } = await call.once('signature', async () => verified(context, call, signed))
  const isOwnSession = bearer.session !== undefined && bearer.session.of.kind !== 'role'
  if (isOwnSession && signed.service.refusesOwnSessions === true) throw new Problem({ code: 'AccessKeyUnknown' })
  const who = await principalOf(context, call, bearer)
  if (who.acting !== undefined) noteUse(context, who.acting, { at: call.at, service: scope.service, region: scope.region })
  return who
}

async function verified(context: Context, call: Call, { service, site, request }: Signed): Promise<Verified> {
  const shown = shownSignature(request, { presigned: service.presigned === true })
  const { scope, date } = shown
  assertScope(shown, { service, site })
  assertCurrent(shown, { now: call.at, skewMinutes: service.skewMinutes ?? 5 })
  const payloadHash = payloadHashOf(service, request, shown)
  const canonical = canonicalRequest(request, {
    signedHeaders: shown.signedHeaders,
    payloadHash,
    encodesPathOnce: service.signing === 's3',
  })
  const { bearer, key } = await signerOf(context, call, {
    shown: { accessKeyId: scope.accessKeyId, sessionToken: shown.sessionToken },
    derivation: { scope: scopeText(scope), derive: secret => signingKey(secret, scope) },
  })
  const sign = (text: string): string => context.keyedMathematics.hmacHex(key, text)
  const right = isSignature(sign(textToSign({ date, scope, canonical })), shown.signature)
  if (bearer === undefined) throw new Problem({ code: 'AccessKeyUnknown' })
  if (!right) throw new Problem({ code: 'SignatureMismatch' })
  return { bearer, sign, scope, date, signature: shown.signature, payloadHash }
}

/** By a service's own name the scope must fit it; at the shared names it has chosen both. Raises `SignatureScopeWrong`. */
function assertScope({ scope, date, signedHeaders }: ShownSignature, { service, site }: Pick<Signed, 'service' | 'site'>): void {
  const { region } = site
  const wrong = (message: string): Problem => new Problem({ code: 'SignatureScopeWrong', details: { message, region } })
  if (!isRegion(scope.region) || (service.global !== true && scope.region !== region))
    throw wrong(`Credential should be scoped to a valid region, not '${scope.region.slice(0, 64)}'. `)
  if (scope.service !== service.signing) throw wrong(`Credential should be scoped to correct service: '${service.signing}'. `)
  if (scope.end !== 'aws4_request')
    throw wrong(`Credential should be scoped with a valid terminator: 'aws4_request', not '${scope.end.slice(0, 64)}'. `)
  if (scope.date !== date.slice(0, 8))
    throw wrong(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date.slice(0, 64)}' != '${date.slice(0, 8)}', from '${date}'.`,
    )
  if (!`;${signedHeaders};`.includes(';host;')) throw wrong("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
}

const nothing = new Uint8Array(0)

const hashMissing = (): Problem =>
  new Problem({
    code: 'StorageRefused',
    details: { status: 400, code: 'InvalidRequest', message: 'Missing required header for this request: x-amz-content-sha256' },
  })

/** Over the bytes that came, whatever the request says of them; or, for bodies that are read later, what the request says. */
function payloadHashOf(service: SignedService, request: WireRequest, { expiresSeconds }: ShownSignature): string {
  const named = request.header('x-amz-content-sha256')
  if (service.streams === true) {
    if (named === undefined && expiresSeconds === undefined) throw hashMissing()
    return named ?? 'UNSIGNED-PAYLOAD'
  }
  const computed = hash('sha256', request.body ?? nothing, 'hex')
  if (named !== undefined && named !== computed) throw new Problem({ code: 'SignatureMismatch' })
  return computed
}
