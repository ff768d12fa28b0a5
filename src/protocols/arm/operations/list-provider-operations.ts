import { z } from 'zod'
import { permissionRow, permissions, type Permission } from '#domain/access/permissions.ts'
import { lookUp, namesOf } from '#model/names.ts'
import { Problem } from '#model/problem.ts'
import { json } from '#protocols/http/answer.ts'
import { anyQuery, namespace } from '#protocols/arm/params.ts'
import { providers } from '#protocols/arm/providers.ts'
import { armOperation } from '#protocols/arm/site.ts'

interface Action {
  readonly name: string
  /** `vaults/keys`; `''` where it is of the provider itself. */
  readonly type: string
  readonly verb: string
  readonly data: boolean
}

/** The actions that this instance asks roles for, each once. */
function actionsOf(provider: string): readonly Action[] {
  const found = new Map<string, Action>()
  for (const permission of namesOf(permissions) satisfies readonly Permission[]) {
    const { azure, data = false } = permissionRow(permission)
    if (azure?.toLowerCase().startsWith(`${provider.toLowerCase()}/`) !== true || azure.includes('*')) continue
    const words = azure.split('/').slice(1)
    const verb = words.at(-1) === 'action' ? words.slice(-2).join('/') : (words.at(-1) ?? '')
    found.set(azure.toLowerCase(), { name: azure, type: words.slice(0, -verb.split('/').length).join('/'), verb, data })
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

const said = ({ verb, type }: Action): string => `${verb.replace('/action', '')} ${type === '' ? 'the provider' : type}`

export const listProviderActions = armOperation({
  name: 'ProviderOperationList',
  method: 'GET',
  path: '/providers/{namespace}/operations',
  permissions: 'authenticated',
  params: z.object({ namespace }),
  query: anyQuery,
  body: { none: true },
  resource: ({ params }) => `/providers/${params.namespace}/operations`,
  async handle(_context, _call, { params }) {
    const row = lookUp(providers, params.namespace.toLowerCase())
    if (row === undefined) throw new Problem({ code: 'UnknownRoute' })
    const value = actionsOf(row.namespace).map(action => ({
      name: action.name,
      isDataAction: action.data,
      display: { provider: row.namespace, resource: action.type, operation: action.verb, description: said(action) },
      origin: 'user,system',
    }))
    return json(200, { value })
  },
})

/** How az shows the actions that roles are made of. */
export const getProviderActions = armOperation({
  name: 'ProviderOperationsMetadataGet',
  method: 'GET',
  path: '/providers/Microsoft.Authorization/providerOperations/{namespace}',
  permissions: 'authenticated',
  params: z.object({ namespace }),
  query: anyQuery,
  body: { none: true },
  resource: ({ params }) => `/providers/Microsoft.Authorization/providerOperations/${params.namespace}`,
  async handle(_context, _call, { params }) {
    const row = lookUp(providers, params.namespace.toLowerCase())
    if (row === undefined)
      throw new Problem({
        code: 'ArmRefused',
        details: { status: 404, code: 'ProviderNotFound', message: `Provider '${params.namespace}' not found.` },
      })
    return json(200, metadataOf(row.namespace))
  },
})

export const listAllProviderActions = armOperation({
  name: 'ProviderOperationsMetadataList',
  method: 'GET',
  path: '/providers/Microsoft.Authorization/providerOperations',
  permissions: 'authenticated',
  params: z.object({}),
  query: anyQuery,
  body: { none: true },
  resource: () => '/providers/Microsoft.Authorization/providerOperations',
  async handle() {
    return json(200, { value: Object.values(providers).map(({ namespace: name }) => metadataOf(name)) })
  },
})

function metadataOf(provider: string) {
  const actions = actionsOf(provider)
  const operation = (action: Action) => ({
    name: action.name,
    displayName: said(action),
    description: said(action),
    origin: null,
    properties: null,
    isDataAction: action.data,
  })
  const types = [...new Set(actions.map(({ type }) => type))].filter(type => type !== '')
  return {
    id: `/providers/Microsoft.Authorization/providerOperations/${provider}`,
    name: provider,
    type: 'Microsoft.Authorization/providerOperations',
    displayName: provider,
    operations: actions.filter(({ type }) => type === '').map(operation),
    resourceTypes: types.map(type => ({
      name: type,
      displayName: type,
      operations: actions.filter(one => one.type === type).map(operation),
    })),
  }
}
