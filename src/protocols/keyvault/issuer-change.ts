import type { z } from 'zod'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import type { IssuerChange } from '#domain/certificates/issuers.ts'
import type { updateIssuerBody } from './certificate-bodies.ts'

/** What a body says of an issuer; the call disposes of the password. */
export function issuerChange(call: Call, body: z.output<typeof updateIssuerBody>): IssuerChange {
  const { provider, credentials, org_details: organization, attributes } = body
  const password = credentials?.pwd === undefined ? undefined : new SecretBytes(new TextEncoder().encode(credentials.pwd))
  if (password !== undefined) call.defer(password)
  return {
    provider,
    accountId: credentials?.account_id,
    password,
    organizationId: organization?.id,
    administrators: organization?.admin_details,
    enabled: attributes?.enabled,
  }
}
