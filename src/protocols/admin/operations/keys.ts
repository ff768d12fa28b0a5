import { z } from 'zod'
import { millis } from '#model/brands.ts'
import { dependents } from '#domain/inventory/dependents.ts'
import { impact, impactActions } from '#domain/inventory/impact.ts'
import { keyReference } from '#domain/inventory/key-reference.ts'
import { lastUses } from '#domain/inventory/last-uses.ts'
import { listAllKeys } from '#domain/inventory/list-all-keys.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

const common = {
  method: 'POST',
  permissions: ['instance.read'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
} as const
const pageKeys = 500

/** Keys of every vault and every account, a page: what they are, and nothing of what they are made of. */
export const listEveryKey = adminOperation({
  ...common,
  name: 'KeyListEverywhere',
  path: '/keys/list',
  body: {
    json: z.strictObject({
      vault: z.string().min(1).optional(),
      accounts: z.boolean().optional(),
      from: z.strictObject({ place: z.string(), after: z.number().int().min(0) }).optional(),
      limit: z.number().int().min(1).max(pageKeys).optional(),
    }),
  },
  async handle(context, call, { body: { vault, accounts = false, from, limit = pageKeys }, permit }) {
    return json(200, await listAllKeys(context, call, { permit: permit('instance.read'), vault, accounts, from, limit }))
  },
})

/** What is under which key. */
export const listDependents = adminOperation({
  ...common,
  name: 'KeyDependentList',
  path: '/keys/dependents',
  body: { json: z.strictObject({}) },
  async handle(context, call, { permit }) {
    return json(200, { dependents: await dependents(context, call, permit('instance.read')) })
  },
})

/** When each key was used last, since so many days. */
export const listLastUses = adminOperation({
  ...common,
  name: 'KeyLastUseList',
  path: '/keys/uses',
  body: { json: z.strictObject({ days: z.number().int().min(1).max(3_650) }) },
  async handle(context, call, { site, body, permit }) {
    const since = millis(call.at - body.days * 86_400_000)
    const isKeyUse = await site.runtime.keyUses()
    return json(200, { uses: await lastUses(context, { permit: permit('instance.read'), since, isKeyUse }) })
  },
})

/** What is handed out of one key, and what its users need. */
export const showKeyReference = adminOperation({
  ...common,
  name: 'KeyReferenceShow',
  path: '/keys/reference',
  body: { json: z.strictObject({ name: z.string().min(1, 'a key has a name') }) },
  async handle(context, call, { body, permit }) {
    return json(200, await keyReference(context, call, { permit: permit('instance.read'), named: body.name }))
  },
})

/** What would stop, and who has used it: nothing is done. */
export const showImpact = adminOperation({
  ...common,
  name: 'KeyImpactShow',
  path: '/keys/impact',
  body: { json: z.strictObject({ key: z.string().min(1, 'a key has a name'), action: z.enum(impactActions).optional() }) },
  async handle(context, call, { site, body: { key, action = 'disable' }, permit }) {
    const isKeyUse = await site.runtime.keyUses()
    return json(200, await impact(context, call, { permit: permit('instance.read'), key, action, isKeyUse }))
  },
})
