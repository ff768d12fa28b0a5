import { z } from 'zod'
import { revokeIssued } from '#domain/authority/revoke.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { adminOperation } from '#protocols/admin/site.ts'
import { json } from '#protocols/http/answer.ts'

/** Hexadecimal, as certificates and tools show serials. */
const serial = z.string().regex(/^[0-9a-fA-F]{2}(?::?[0-9a-fA-F]{2}){0,19}$/, { error: 'must be a serial in hexadecimal' })

export const revokeCertificate = adminOperation({
  name: 'AuthorityRevoke',
  method: 'POST',
  path: '/authority/revoked',
  permissions: ['authority.revoke'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { json: z.strictObject({ serial }) },
  async handle(context, call, { site, body, permit }) {
    const { tenantId } = site.runtime
    const revoked = await revokeIssued(context, call, { permit: permit('authority.revoke'), tenantId, serial: body.serial })
    return json(200, {
      serial: revoked.serial,
      certificate: revoked.subjectId,
      revokedAt: Temporal.Instant.fromEpochMilliseconds(revoked.revokedAt ?? 0).toString(),
    })
  },
})
