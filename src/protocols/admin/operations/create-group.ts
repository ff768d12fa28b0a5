import { z } from 'zod'
import { createGroup } from '#domain/groups/groups.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

const nicknameMax = 64

/** A group of the instance's first tenant. A name may be there twice, as in Entra. */
export const createGroupOperation = adminOperation({
  name: 'GroupAdd',
  method: 'POST',
  path: '/groups',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: {
    json: z.strictObject({
      name: z.string().min(1, 'a name has 1 to 256 characters').max(256, 'a name has 1 to 256 characters'),
      description: z.string().max(1_024, 'a description has 1024 characters at most').optional(),
    }),
  },
  async handle(context, call, { site, body, permit }) {
    const { tenantId } = site.runtime
    const { name, description } = body
    const mailNickname = name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, nicknameMax)
    const group = { displayName: name, mailNickname, ...(description !== undefined && { description }) }
    const { value } = createGroup(context, call, { permit: permit('directory.write'), tenantId, group })
    call.resource = `/tenants/${tenantId}/groups/${value.id} ${name}`
    return json(201, { name, objectId: value.id })
  },
})
