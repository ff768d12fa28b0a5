import { z } from 'zod'
import { deleteLock, lockNamed, locksAround, lockType, setLock, type HeldLock } from '#domain/locks/set-lock.ts'
import { Problem } from '#model/problem.ts'
import { parseFilter, refuseTerm } from '#protocols/azure/odata-filter.ts'
import { empty, json } from '#protocols/http/answer.ts'
import type { Listed } from '#protocols/arm/answers.ts'
import { armJson, maybe, wordOf } from '#protocols/arm/bodies.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { anyQuery, extended } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** Nothing above a subscription can be locked. */
const lockable = extended.transform((at, context) => {
  if (at.subscriptionId !== undefined) return { ...at, subscriptionId: at.subscriptionId }
  context.addIssue({ code: 'custom', message: 'Locks stand on subscriptions and what is in them.' })
  return z.NEVER
})
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const lockName = /^[^<>%&:\\?/\u0000-\u001f]{1,260}$/
const lock = z.string().regex(lockName, 'The lock name is invalid: 1 to 260 characters, none of <, >, %, &, :, \\, ?, /.')
const atPlace = z.object({ scope: lockable })
const named = z.object({ scope: lockable, lock }).transform(({ scope, lock }) => ({ scope, name: lock }))

const listPath = '/{scope*}/providers/Microsoft.Authorization/locks'
const path = `${listPath}/{lock}`
type AtLock = { readonly params: z.output<typeof named> }
const scope = ({ params }: AtLock) => params.scope.scope
const resource = ({ params }: AtLock): string => `${params.scope.scopeId}/providers/${lockType}/${params.name}`
const nameOf = ({ scope: at, name }: z.output<typeof named>) => ({ subscriptionId: at.subscriptionId, scope: at.scope, name })

const lockBody = z
  .object(
    {
      properties: z.object({
        level: wordOf(['CanNotDelete', 'ReadOnly']),
        notes: maybe(z.string('must be a string').max(512, 'has at most 512 characters')),
        owners: maybe(z.array(z.object({ applicationId: z.string() }))),
      }),
    },
    'the body must be a JSON object',
  )
  .transform(({ properties }) => ({ ...properties, owners: (properties.owners ?? []).map(({ applicationId }) => applicationId) }))

const lockShape = ({ value }: HeldLock): Listed => ({
  id: `${value.scopeId}/providers/${lockType}/${value.name}`,
  name: value.name,
  type: lockType,
  properties: {
    level: value.level,
    ...(value.notes !== undefined && { notes: value.notes }),
    ...(value.owners.length > 0 && { owners: value.owners.map(applicationId => ({ applicationId })) }),
  },
})

export const putLock = armOperation({
  name: 'LockPut',
  method: 'PUT',
  path,
  permissions: ['lock.write'],
  params: named,
  query: anyQuery,
  body: armJson(lockBody),
  scope,
  resource,
  async handle(context, call, { params, body, permit }) {
    call.details.set('level', body.level)
    const { lock: held, created } = await setLock(context, call, {
      ...nameOf(params),
      ...body,
      permit: permit('lock.write'),
      scopeId: params.scope.scopeId,
    })
    return json(created ? 201 : 200, lockShape(held))
  },
})

export const getLock = armOperation({
  name: 'LockGet',
  method: 'GET',
  path,
  permissions: ['lock.read'],
  params: named,
  query: anyQuery,
  body: { none: true },
  scope,
  resource,
  async handle(context, call, { params }) {
    const held = await lockNamed(context, call, nameOf(params))
    if (held !== undefined) return json(200, lockShape(held))
    const message = `The lock '${params.name}' could not be found.`
    throw new Problem({ code: 'ArmRefused', details: { status: 404, code: 'LockNotFound', message } })
  },
})

/** 200, and 204 where there is none. */
export const removeLock = armOperation({
  name: 'LockDelete',
  method: 'DELETE',
  path,
  permissions: ['lock.delete'],
  params: named,
  query: anyQuery,
  body: { none: true },
  scope,
  resource,
  async handle(context, call, { params, permit }) {
    return empty((await deleteLock(context, call, { ...nameOf(params), permit: permit('lock.delete') })) ? 200 : 204)
  },
})

/** Those of the place, those that it inherits and those below it; with `atScope()` nothing below. */
export const listLocks = armOperation({
  name: 'LockList',
  method: 'GET',
  path: listPath,
  permissions: ['lock.read'],
  params: atPlace,
  query: listQuery,
  body: { none: true },
  scope: ({ params }) => params.scope.scope,
  resource: ({ params }) => `${params.scope.scopeId}/providers/${lockType}`,
  async handle(context, call, { site, params, query, request }) {
    const terms = parseFilter(query.$filter)
    if (!terms.every(term => 'word' in term && term.word === 'atscope')) refuseTerm()
    const found = locksAround(context, call, { ...params.scope, below: terms.length === 0 })
    return armList(site, request, found.map(lockShape))
  },
})
