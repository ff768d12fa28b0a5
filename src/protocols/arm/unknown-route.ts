import { lookUp } from '#model/names.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { namespaceOf, providers } from './providers.ts'
import type { Words } from './words.ts'

/** A path that no operation has: what of it is not known? */
export function unknownRoute(request: WireRequest): Words {
  const found = namespaceOf(request)
  if (found === undefined) return { status: 404, code: 'NotFound', message: 'The requested resource does not exist.' }
  const row = lookUp(providers, found.namespace.toLowerCase())
  if (row === undefined)
    return { status: 404, code: 'InvalidResourceNamespace', message: `The resource namespace '${found.namespace}' is invalid.` }
  const version = request.query.get('api-version') ?? ''
  return {
    status: 404,
    code: 'InvalidResourceType',
    message: `The resource type '${found.type}' could not be found in the namespace '${row.namespace}' for api version '${version}'. The supported types are '${row.types.map(type => type.resourceType).join(',')}'.`,
  }
}

/** A version before the first that the provider understands. */
export function noProvider(given: string, request: WireRequest): Words {
  const found = namespaceOf(request)
  const row = lookUp(providers, found?.namespace.toLowerCase() ?? 'microsoft.resources')
  const type = row?.types.find(one => one.resourceType.toLowerCase() === found?.type.toLowerCase()) ?? row?.types[0]
  return {
    status: 400,
    code: 'NoRegisteredProviderFound',
    message: `No registered resource provider found for API version '${given}' for type '${found?.type ?? ''}'. The supported api-versions are '${(type?.apiVersions ?? []).join(', ')}'.`,
  }
}
