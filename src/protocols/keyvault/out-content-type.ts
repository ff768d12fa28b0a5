import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import type { Secret, SecretVersion } from '#domain/secrets/records.ts'

const pem = 'application/x-pem-file'
const pkcs12 = 'application/x-pkcs12'

/** How the value of a certificate's secret is asked for: as PEM, whatever it is kept as (key-vault.md 3). */
export const outContentTypeQuery = z
  .object({ outcontenttype: z.string().optional() })
  .transform(({ outcontenttype }) => ({ outContentType: outcontenttype }))

const refuse = (message: string): never => {
  throw new Problem({ code: 'InvalidParameter', details: { name: 'outContentType', message } })
}

/** Is the value to be converted to PEM? Raises `InvalidParameter` where it cannot be answered as the type asked for. */
export function convertsToPem(
  asked: string | undefined,
  { secret, version }: { readonly secret: Secret; readonly version: SecretVersion },
): boolean {
  if (asked === undefined) return false
  if (asked !== pem) refuse(`The query parameter "outContentType" must be ${pem}.`)
  if (secret.managed !== true) refuse('The query parameter "outContentType" is for secrets of certificates alone.')
  if (version.contentType === pem) return false
  if (version.contentType !== pkcs12) refuse(`The secret cannot be converted to ${pem}.`)
  return true
}
