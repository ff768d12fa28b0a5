import type { CompartmentId, Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { resourceTypes, type HeldResource, type ResourceType } from '#domain/resources/group-contents.ts'
import { standsIn } from '#domain/resources/scopes.ts'
import { mayRead } from '#domain/resources/visible.ts'
import { parseFilter, refuseTerm, type FilterTerm } from '#protocols/azure/odata-filter.ts'
import { trackedResource, type Listed } from './answers.ts'
import { tagged } from './tag-filter.ts'

const known = new Set(['resourcetype', 'name', 'resourcegroup', 'location', 'tagname', 'tagvalue'])

function matches(term: FilterTerm, { type, resource }: { readonly type: ResourceType; readonly resource: HeldResource }): boolean {
  if (!('name' in term)) return refuseTerm()
  const { value } = resource
  const wanted = term.equals.toLowerCase()
  if (term.name === 'resourcetype') return type.type.toLowerCase() === wanted
  if (term.name === 'name') return value.name.toLowerCase() === wanted
  if (term.name === 'location') return value.location === wanted.replaceAll(' ', '')
  if (term.name === 'resourcegroup') return value.scope[2]?.endsWith(`/resourcegroups/${wanted}`) === true
  return tagged(value.tags, [term])
}

/** Resources at or below a scope that the caller may read and the filter lets through. Raises `InvalidParameter`. */
export async function resourcesIn(
  context: Context,
  call: Call,
  asked: { readonly compartment: CompartmentId; readonly scope: Scope; readonly filter: string | undefined },
): Promise<readonly Listed[]> {
  const terms = parseFilter(asked.filter)
  if (!terms.every(term => 'name' in term && known.has(term.name))) refuseTerm()
  const tags = terms.filter(term => 'name' in term && term.name.startsWith('tag'))
  const others = terms.filter(term => !tags.includes(term))
  const found: Listed[] = []
  for (const type of resourceTypes) {
    for (const seen of type.peek(context)) {
      if (seen.compartment !== asked.compartment || !standsIn(seen.value.scope, asked.scope)) continue
      if (!others.every(term => matches(term, { type, resource: seen })) || !tagged(seen.value.tags, tags)) continue
      if (!mayRead(context, call, { permission: type.read, on: seen.value.scope })) continue
      const held = await type.find(context, call, seen)
      if (held !== undefined) found.push(shape(type.type, held))
    }
  }
  return found
}

/** A list of resources shows their envelopes alone. */
function shape(type: string, { value }: HeldResource): Listed {
  const { properties: _, ...rest } = trackedResource(value, { type, properties: {} })
  return { ...rest, id: value.id }
}
