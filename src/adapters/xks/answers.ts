// What a proxy may answer (XKS Proxy API v1): shapes, sizes, names of refusals.
import { z } from 'zod'
import type { ExternalFailure } from '#ports/external-keys.ts'

const base64 = z.string().transform((text, context) => {
  try {
    return Uint8Array.fromBase64(text)
  } catch {
    context.addIssue({ code: 'custom', message: 'is no base64' })
    return z.NEVER
  }
})
const bytesOf = (lengths: readonly number[]) => base64.refine(({ length }) => lengths.includes(length))

export const keyMetadata = z.object({
  keySpec: z.string(),
  keyUsage: z.array(z.string()).max(10),
  keyStatus: z.enum(['ENABLED', 'DISABLED']),
})

export const encrypted = z.object({
  ciphertext: base64,
  ciphertextMetadata: base64.refine(({ length }) => length <= 20).optional(),
  initializationVector: bytesOf([12, 16]),
  authenticationTag: bytesOf([16]),
  ciphertextDataIntegrityValue: bytesOf([32]),
})

export const decrypted = z.object({ plaintext: base64 })

export const health = z.object({
  xksProxyFleetSize: z.number().int(),
  xksProxyVendor: z.string(),
  xksProxyModel: z.string(),
  ekmVendor: z.string(),
  ekmFleetDetails: z
    .array(z.object({ id: z.string(), model: z.string(), healthStatus: z.enum(['ACTIVE', 'DEGRADED', 'UNAVAILABLE']) }))
    .min(1)
    .max(10),
})

export const refusal = z.object({ errorName: z.string() })

/** By `errorName`; another, or none, is an answer that cannot be read. */
export const failures: Readonly<Record<string, ExternalFailure>> = {
  ValidationException: 'refusedAsInvalid',
  InvalidStateException: 'keyDisabled',
  InvalidCiphertextException: 'ciphertextInvalid',
  InvalidKeyUsageException: 'keyUsage',
  AuthenticationFailedException: 'authentication',
  AccessDeniedException: 'accessDenied',
  KeyNotFoundException: 'keyNotFound',
  InvalidUriPathException: 'uriPath',
  ThrottlingException: 'throttled',
  UnsupportedOperationException: 'unsupported',
  DependencyTimeoutException: 'dependencyTimeout',
  InternalException: 'internal',
}
