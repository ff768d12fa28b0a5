import { millis, type Bytes } from '#model/brands.ts'
import type { CertificateStatus, Revoked, StatusQuestion } from '#ports/pki.ts'
import type { Call } from '#domain/call.ts'
import { signedWith } from '#domain/certificates/sign-with.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { wholeSecond } from '#domain/vault-objects/attributes.ts'
import { existingAuthority, signerOfLevel, type AuthorityNeeds, type LevelName } from './authority.ts'

// What an authority tells everybody: its certificates, and whether what it issued still stands. No permit: it is published.

/** What is answered now is good for so long, however often it is asked meanwhile. */
const answerMs = 60 * 60_000
const listMs = 24 * 60 * 60_000
const pageRows = 500

interface Of {
  readonly tenantId: string
  readonly level: LevelName
}

/** DER; `undefined` where there is no such authority. */
export async function authorityCertificate(context: AuthorityNeeds, call: Call, { tenantId, level }: Of): Promise<Bytes | undefined> {
  const authority = await existingAuthority(context, call, tenantId)
  return authority === undefined ? undefined : Uint8Array.fromBase64(authority.value[level].certificate)
}

/** A revocation list, signed now (RFC 5280 5); its number is the time. `undefined` where there is no such authority. */
export async function revocationList(context: AuthorityNeeds, call: Call, { tenantId, level }: Of): Promise<Bytes | undefined> {
  const authority = await existingAuthority(context, call, tenantId)
  if (authority === undefined) return undefined
  const pki = await context.pki()
  const of = authority.value[level]
  const signer = signerOfLevel(context, { id: authority.id, level: of })
  const now = wholeSecond(call.at)
  const toBeSigned = pki.revocationListToSign({
    issuer: Uint8Array.fromBase64(of.certificate),
    signer: of.spec,
    number: now / 1_000,
    thisUpdate: millis(now),
    nextUpdate: millis(now + listMs),
    // The root has issued one certificate, its issuer's, and that stands as long as the authority does.
    revoked: level === 'root' ? [] : await allRevoked(context, call, tenantId),
  })
  return signedWith(context, signer, toBeSigned)
}

async function allRevoked({ issuedCertificates }: AuthorityNeeds, call: Call, tenantId: string): Promise<readonly Revoked[]> {
  const revoked: Revoked[] = []
  for (let after = 0; ;) {
    const page = await issuedCertificates.listTagged(call, compartmentOfGuid(tenantId), {
      tag: ['state', 'revoked'],
      after,
      limit: pageRows,
    })
    revoked.push(...page.map(({ value }) => ({ serial: value.serial, at: millis(wholeSecond(value.revokedAt ?? 0)) })))
    const last = page.at(-1)
    if (last === undefined || page.length < pageRows) return revoked
    after = last.ord
  }
}

/** The word on single certificates (RFC 6960), or the refusal of what is no question. `undefined` where there is no such authority. */
export async function statusAnswer(
  context: AuthorityNeeds,
  call: Call,
  asked: { readonly tenantId: string; readonly request: Bytes },
): Promise<Bytes | undefined> {
  const { tenantId } = asked
  const authority = await existingAuthority(context, call, tenantId)
  if (authority === undefined) return undefined
  const pki = await context.pki()
  const request = pki.readStatusRequest(asked.request)
  if (request === undefined) return pki.statusAnswer('malformed')
  const of = authority.value.issuer
  const issuer = Uint8Array.fromBase64(of.certificate)
  const answers = await Promise.all(
    request.questions.map(async question => ({
      question,
      status: pki.asksAbout(question, issuer) ? await statusOf(context, call, { tenantId, question }) : ('unknown' as const),
    })),
  )
  const now = wholeSecond(call.at)
  const toBeSigned = pki.statusToSign({
    issuer,
    producedAt: millis(now),
    nextUpdate: millis(now + answerMs),
    answers,
    nonce: request.nonce,
  })
  return pki.statusAnswer(await signedWith(context, signerOfLevel(context, { id: authority.id, level: of }), toBeSigned))
}

/** What was never issued is unknown, not good. */
async function statusOf(
  { issuedCertificates }: AuthorityNeeds,
  call: Call,
  { tenantId, question }: { readonly tenantId: string; readonly question: StatusQuestion },
): Promise<CertificateStatus> {
  const issued = await issuedCertificates.get(call, compartmentOfGuid(tenantId), [question.serial])
  if (issued === undefined) return 'unknown'
  const { revokedAt } = issued.value
  return revokedAt === undefined ? 'good' : { revokedAt: millis(wholeSecond(revokedAt)) }
}
