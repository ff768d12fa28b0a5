import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Pki, ReadCertificate } from '#ports/pki.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { ObjectTags } from '#domain/vault-objects/attributes.ts'
import { completeOperation, type CompletionNeeds } from './complete-operation.ts'
import { assertNameUntaken, requireCertificate } from './find-certificate.ts'
import { requireOperation, type HeldOperation } from './operation.ts'
import type { Certificate, CertificateVersion } from './records.ts'
import { certificateScope, type CertificateName } from './reference.ts'

/** More is no chain. */
const certificatesMax = 100

/**
 * Takes what an outside authority made of a request; the leaf is the certificate of the request's key. Where the issuer is ours to ask, only after it
 * has failed. Raises `PendingCertificateNotFound`, `MergeForbidden`, `MergeMismatch`, `BundleRefused`, `CertificateExpired`, `CertificateNameTaken`.
 */
export async function mergeCertificate(
  context: CompletionNeeds & Needs<'keys' | 'secrets'>,
  call: Call,
  request: CertificateName & {
    readonly permit: Permit<'certificate.merge'>
    readonly certificates: readonly Bytes[]
    readonly enabled?: boolean | undefined
    readonly tags?: ObjectTags | undefined
  },
): Promise<{ readonly certificate: Certificate; readonly version: CertificateVersion }> {
  const { permit, vault, name, enabled, tags } = request
  assertPermits(permit, certificateScope(vault, name))
  const operation = await requireOperation(context, call, { vault, name })
  assertMergeable(operation, name)
  const certificate = await requireCertificate(context, call, { vault, name })
  const all = await readAll(context, request.certificates)
  const leaf = all.find(one => Buffer.compare(one.publicKey, Uint8Array.fromBase64(operation.value.publicKey)) === 0)
  if (leaf === undefined) throw new Problem({ code: 'MergeMismatch' })
  if (leaf.notAfter <= call.at) throw new Problem({ code: 'CertificateExpired' })
  await assertNameUntaken(context, call, { vault, name })
  return completeOperation(context, call, {
    named: { vault, name: certificate.value.name },
    certificate,
    operation,
    leaf,
    all: all.map(({ der }) => der),
    enabled,
    tags,
  })
}

function assertMergeable({ value }: HeldOperation, name: string): void {
  const { issuer, status, policy } = value
  if (status === 'failed' || (issuer === 'unknown' && status === 'inProgress')) return
  if (status === 'inProgress') throw new Problem({ code: 'MergeForbidden', details: { issuer: policy.issuer.name } })
  throw new Problem({ code: 'PendingCertificateNotFound', details: { name } })
}

async function readAll({ pki }: Needs<'pki'>, certificates: readonly Bytes[]): Promise<readonly ReadCertificate[]> {
  if (certificates.length === 0)
    throw new Problem({ code: 'InvalidBody', details: { name: 'x5c', message: 'must hold at least one certificate' } })
  if (certificates.length > certificatesMax)
    throw new Problem({ code: 'InvalidBody', details: { name: 'x5c', message: `must hold at most ${certificatesMax} certificates` } })
  const reader = await pki()
  return certificates.map(bytes => {
    const read = reader.readCertificate(derIn(reader, bytes))
    if (read === undefined)
      throw new Problem({
        code: 'InvalidBody',
        details: { name: 'x5c', message: 'must hold X.509 certificates in DER, each in base64' },
      })
    return read
  })
}

const sequenceTag = 0x30

/** DER; or its base64 or PEM once more, which the service takes too: the samples of the JavaScript client send it so. */
function derIn(pki: Pki, bytes: Bytes): Bytes {
  if (bytes[0] === sequenceTag) return bytes
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  const pem = text.includes('-----BEGIN') ? pki.readPem(text) : undefined
  if (pem !== undefined) return 'flaw' in pem ? bytes : (pem.certificates[0] ?? bytes)
  try {
    return Uint8Array.fromBase64(text)
  } catch {
    return bytes
  }
}
