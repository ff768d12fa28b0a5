import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

/** Begins a backup of this moment into a file beside the instance, encrypted to its recipients; `BackupShow` tells how far it is. */
export const createBackup = adminOperation({
  name: 'BackupCreate',
  method: 'POST',
  path: '/backups',
  permissions: ['instance.operate'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: {
    json: z.strictObject({
      to: z.string().refine(isAbsolute, 'to is an absolute path'),
      recipients: z.array(z.string().min(1)).min(1, 'recipients are one at least').max(64),
    }),
  },
  async handle(_context, call, { site, body }) {
    call.resource = body.to
    call.details.set('recipients', body.recipients.join(' '))
    const backups = await site.runtime.backups()
    backups.begin(body)
    return json(202, backups.standing())
  },
})

export const showBackup = adminOperation({
  name: 'BackupShow',
  method: 'GET',
  path: '/backups',
  permissions: ['instance.read'],
  essential: true,
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { none: true },
  async handle(_context, _call, { site }) {
    const backups = await site.runtime.backups()
    return json(200, backups.standing())
  },
})
