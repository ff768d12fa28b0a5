import { millis, type Bytes, type Millis } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Certified } from '#ports/pki.ts'
import type { Call } from '#domain/call.ts'
import { signedWith } from '#domain/certificates/sign-with.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { authorityFor, placesOf, positive, signerOfLevel, type AuthorityNeeds } from './authority.ts'

/**
 * Certifies a key by its tenant's authority, and remembers that it did. Never for longer than the issuer itself is valid, and never another authority.
 * Raises `NotSupported`.
 */
export async function issueByAuthority(
  context: AuthorityNeeds,
  call: Call,
  asked: {
    readonly tenantId: string
    readonly certified: Certified
    readonly validity: { readonly notBefore: Millis; readonly notAfter: Millis }
    readonly portSuffix: string
    /** What it is for. */
    readonly subjectId: string
  },
): Promise<{ readonly leaf: Bytes; readonly others: readonly Bytes[] }> {
  const { tenantId, certified, validity, subjectId } = asked
  if (certified.ca) throw new Problem({ code: 'NotSupported', details: { message: 'The authority certifies no other authorities.' } })
  const { authority, issuerMaterial } = await authorityFor(context, call, asked)
  const { issuer, root } = authority.value
  const pki = await context.pki()
  const [issuerDer, rootDer] = [Uint8Array.fromBase64(issuer.certificate), Uint8Array.fromBase64(root.certificate)]
  const notAfter = millis(Math.min(validity.notAfter, pki.readCertificate(issuerDer)?.notAfter ?? 0))
  const signer = signerOfLevel(context, { id: authority.id, level: issuer, ...(issuerMaterial !== undefined && { made: issuerMaterial }) })
  // Of this issuer and this key: in another try both may be others.
  const { leaf, serial } = await call.once(`leaf of ${certified.publicKey.toHex()} by ${issuer.certificate}`, async () => {
    const serial = positive(context.ground.random.bytes(16))
    const places = placesOf(context, { ...asked, level: 'issuer' })
    const toBeSigned = pki.certificateToSign({
      ...certified,
      ...validity,
      notAfter,
      serial,
      issuer: issuerDer,
      signer: signer.spec,
      places,
    })
    return { serial, leaf: await signedWith(context, signer, toBeSigned) }
  })
  context.issuedCertificates.create(call, compartmentOfGuid(tenantId), {
    path: [serial.toHex()],
    value: { serial: serial.toHex(), issuedAt: call.at, notAfter, subjectId },
  })
  return { leaf, others: [issuerDer, rootDer] }
}
