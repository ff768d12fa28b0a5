import type { Bytes } from '#model/brands.ts'
import type { Certified } from '#ports/pki.ts'
import type { CertificatePolicy } from './records.ts'

/** What a policy asks to be certified of a key. `publicKey`: SubjectPublicKeyInfo DER. */
export const certifiedBy = (policy: CertificatePolicy, publicKey: Bytes): Certified => ({
  subject: policy.subject,
  names: policy.names,
  keyUsage: policy.keyUsage,
  extendedKeyUsage: policy.extendedKeyUsage,
  ca: policy.ca,
  pathLength: policy.pathLength,
  publicKey,
})
