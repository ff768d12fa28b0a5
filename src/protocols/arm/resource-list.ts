import type { CompartmentId, Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { resourceTypes, type HeldResource, type ResourceType } from '#domain/resources/group-contents.ts'
import { standsIn } from '#domain/resources/scopes.ts'
import { mayRead } from '#domain/resources/visible.ts'
import { parseFilter, refuseTerm, type FilterTerm } from '#protocols/azure/odata-filter.ts'
import { isoTime, trackedResource, type Listed } from './answers.ts'
import { tagged } from './tag-filter.ts'

const known = new Set(['resourcetype', 'name', 'resourcegroup', 'location', 'tagname', 'tagvalue'])

interface Candidate {
  readonly type: ResourceType
  readonly resource: HeldResource
}

function matches(term: FilterTerm, { type, resource }: Candidate): boolean {
  if (!('name' in term)) return refuseTerm()
  const { value } = resource
  const wanted = term.equals.toLowerCase()
  if (term.name === 'resourcetype') return type.type.toLowerCase() === wanted
  if (term.name === 'name') return value.name.toLowerCase() === wanted
  if (term.name === 'location') return value.location === wanted.replaceAll(' ', '')
  if (term.name === 'resourcegroup') return value.scope[2]?.endsWith(`/resourcegroups/${wanted}`) === true
  return tagged(value.tags, [term])
}

/** Which resources a `$filter` lets through. Raises `InvalidParameter`. */
function passes(filter: string | undefined): (candidate: Candidate) => boolean {
  const terms = parseFilter(filter)
  if (!terms.every(term => 'name' in term && known.has(term.name))) refuseTerm()
  const tags = terms.filter(term => 'name' in term && term.name.startsWith('tag'))
  const others = terms.filter(term => !tags.includes(term))
  return candidate => others.every(term => matches(term, candidate)) && tagged(candidate.resource.value.tags, tags)
}

interface ResourcesAsked {
  readonly compartment: CompartmentId
  readonly scope: Scope
  readonly filter: string | undefined
  /** `createdTime,changedTime,provisioningState`: members beside the envelope. */
  readonly expand: string | undefined
}

/** Resources at or below a scope that the caller may read and the filter lets through. Raises `InvalidParameter`. */
export function resourcesIn(context: Context, call: Call, asked: ResourcesAsked): readonly Listed[] {
  const wanted = passes(asked.filter)
  const expanded = new Set((asked.expand ?? '').toLowerCase().split(','))
  return resourceTypes.flatMap(type => {
    const keep = (resource: HeldResource): boolean =>
      standsIn(resource.value.scope, asked.scope) &&
      wanted({ type, resource }) &&
      mayRead(context, call, { permission: type.read, on: resource.value.scope })
    return type.all(context, call, { compartment: asked.compartment, keep }).map(held => shape(type.type, { held, expanded }))
  })
}

/** A list of resources shows their envelopes, and what `$expand` asks for. */
function shape(type: string, { held, expanded }: { readonly held: HeldResource; readonly expanded: ReadonlySet<string> }): Listed {
  const { value } = held
  const { properties: _, ...rest } = trackedResource(value, { type, properties: {} })
  return {
    ...rest,
    id: value.id,
    ...(expanded.has('createdtime') && { createdTime: isoTime(value.createdAt) }),
    ...(expanded.has('changedtime') && { changedTime: isoTime(value.changedAt) }),
    ...(expanded.has('provisioningstate') && { provisioningState: 'Succeeded' }),
  }
}
