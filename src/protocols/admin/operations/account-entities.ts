import { z } from 'zod'
import { addAccessKey } from '#domain/accounts/access-keys.ts'
import { roleArn, userArn } from '#domain/accounts/arn.ts'
import { foundEntity, roleNamed, userNamed } from '#domain/accounts/entities.ts'
import { putInlinePolicy } from '#domain/accounts/inline-policies.ts'
import { createRole } from '#domain/accounts/roles.ts'
import { createUser } from '#domain/accounts/users.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

const params = z.object({ accountId: z.string().regex(/^\d{12}$/, 'an account has a number of 12 digits') })
const name = z.string().regex(/^[\w+=,.@-]{1,64}$/, 'a name has 1 to 64 letters, digits and _+=,.@-')
const document = z.string().max(10_240, 'a policy has at most 10240 characters')
const policyName = 'operator'

/** A user of an account with a key, whose secret is in this answer alone. */
export const addAccountUser = adminOperation({
  name: 'AccountUserAdd',
  method: 'POST',
  path: '/accounts/{accountId}/users',
  permissions: ['accountUser.create', 'accountUser.putPolicy'],
  params,
  query: z.object({}),
  body: { json: z.strictObject({ name, policy: document.optional() }) },
  async handle(context, call, { params: { accountId }, body, permit }) {
    const at = { accountId, name: body.name }
    const user = await userNamed(context, call, at)
    const made = await createUser(context, call, { permit: permit('accountUser.create', foundEntity(user)), user, path: '/', tags: [] })
    if (body.policy !== undefined) {
      const holder = await userNamed(context, call, at)
      const given = permit('accountUser.putPolicy', foundEntity(holder))
      putInlinePolicy(call, { permit: given, holder, policy: policyName, document: body.policy })
    }
    const { key, secret } = await addAccessKey(context, call, { accountId, user: made })
    const arn = userArn(made)
    call.resource = arn
    call.details.set('accessKeyId', key.id)
    const secretAccessKey = Buffer.from(secret.bytes).toString('latin1')
    return json(201, { accountId, userName: made.name, userId: made.id, arn, accessKeyId: key.id, secretAccessKey })
  },
})

/** A role of an account, for whom its trust policy names. */
export const addAccountRole = adminOperation({
  name: 'AccountRoleAdd',
  method: 'POST',
  path: '/accounts/{accountId}/roles',
  permissions: ['accountRole.create', 'accountRole.putPolicy'],
  params,
  query: z.object({}),
  body: { json: z.strictObject({ name, trust: document, policy: document.optional() }) },
  async handle(context, call, { params: { accountId }, body, permit }) {
    const at = { accountId, name: body.name }
    const role = await roleNamed(context, call, at)
    const given = permit('accountRole.create', foundEntity(role))
    const made = await createRole(context, call, { permit: given, role, path: '/', trustPolicy: body.trust, maxSessionSeconds, tags: [] })
    if (body.policy !== undefined) {
      const holder = await roleNamed(context, call, at)
      const putting = permit('accountRole.putPolicy', foundEntity(holder))
      putInlinePolicy(call, { permit: putting, holder, policy: policyName, document: body.policy })
    }
    const arn = roleArn(made)
    call.resource = arn
    return json(201, { accountId, roleName: made.name, roleId: made.id, arn })
  },
})
const maxSessionSeconds = 3_600
