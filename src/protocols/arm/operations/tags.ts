import { z } from 'zod'
import { changeTags, readTags } from '#domain/resources/tags-at.ts'
import { empty, json } from '#protocols/http/answer.ts'
import { armJson, wordOf } from '#protocols/arm/bodies.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { atAnyScope, scopeOfPath } from '#protocols/arm/role-path.ts'
import { armOperation } from '#protocols/arm/site.ts'

type AtScope = { readonly params: z.output<typeof atAnyScope> }
const path = '/{scope*}/providers/Microsoft.Resources/tags/default'
const resource = ({ params }: AtScope): string => `${params.scope.scopeId}/providers/Microsoft.Resources/tags/default`
const common = { path, params: atAnyScope, query: anyQuery, scope: scopeOfPath, resource } as const

const shape = (params: z.output<typeof atAnyScope>, tags: Readonly<Record<string, string>>) => ({
  id: resource({ params }),
  name: 'default',
  type: 'Microsoft.Resources/tags',
  properties: { tags },
})

const properties = z.object({ tags: z.record(z.string(), z.string('a tag must be a string')) })
const putBody = z.object({ properties }, 'the body must be a JSON object')
const patchBody = z.object({ operation: wordOf(['Merge', 'Replace', 'Delete']), properties }, 'the body must be a JSON object')

export const getTags = armOperation({
  ...common,
  name: 'TagsGet',
  method: 'GET',
  permissions: ['tag.read'],
  body: { none: true },
  async handle(context, call, { params }) {
    return json(200, shape(params, await readTags(context, call, params.scope.scope)))
  },
})

export const putTags = armOperation({
  ...common,
  name: 'TagsPut',
  method: 'PUT',
  permissions: ['tag.write'],
  body: armJson(putBody),
  async handle(context, call, { params, body }) {
    const tags = await changeTags(context, call, { scope: params.scope.scope, operation: 'Replace', tags: body.properties.tags })
    return json(200, shape(params, tags))
  },
})

export const patchTags = armOperation({
  ...common,
  name: 'TagsUpdate',
  method: 'PATCH',
  permissions: ['tag.write'],
  body: armJson(patchBody),
  async handle(context, call, { params, body }) {
    const tags = await changeTags(context, call, { scope: params.scope.scope, operation: body.operation, tags: body.properties.tags })
    return json(200, shape(params, tags))
  },
})

export const deleteTags = armOperation({
  ...common,
  name: 'TagsDelete',
  method: 'DELETE',
  permissions: ['tag.delete'],
  body: { none: true },
  async handle(context, call, { params }) {
    await changeTags(context, call, { scope: params.scope.scope, operation: 'Replace', tags: {} })
    return empty(200)
  },
})
