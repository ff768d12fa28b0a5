// A bucket's lifecycle configuration as a document (S3 API Reference, "PutBucketLifecycleConfiguration"), and what its rules may not say.
import type { LifecycleRule } from '#domain/objects/lifecycle.ts'
import type { XmlValue } from '#protocols/aws/xml.ts'
import { checkedTags } from './described.ts'
import { invalidArgument, invalidRequest, malformed, refused } from './refusals.ts'
import { childOf, childrenOf, rawTextIn, textIn, type Element } from './xml-read.ts'

const rulesMax = 1_000
const idMax = 255
const tagsMax = 10
const keptMax = 100
const dayMs = 86_400_000

/** `newId`: for the rule at that place, where it has none. Raises `StorageRefused`. */
export function lifecycleIn(body: Element | undefined, newId: (at: number) => string): readonly LifecycleRule[] {
  const rules = childrenOf(body, 'Rule')
  if (rules.length === 0 || rules.length > rulesMax) throw malformed()
  const read = rules.map((rule, at) => ruleIn(rule, newId(at)))
  if (new Set(read.map(({ id }) => id)).size < read.length)
    throw invalidArgument('Rule ID must be unique. Found same ID for one or more rules.')
  return read
}

function ruleIn(rule: Element, otherId: string): LifecycleRule {
  const id = textIn(rule, 'ID') ?? ''
  if (id.length > idMax) throw invalidArgument(`ID length should not exceed allowed limit of ${idMax}`)
  const status = textIn(rule, 'Status')
  if (status !== 'Enabled' && status !== 'Disabled') throw malformed()
  // All is kept in one place here: there is no other class to go to.
  if ([...childrenOf(rule, 'Transition'), ...childrenOf(rule, 'NoncurrentVersionTransition')].length > 0)
    throw refused('InvalidStorageClass', 'The storage class you specified is not valid')
  const read = { id: id === '' ? otherId : id, enabled: status === 'Enabled', ...filterIn(rule), ...actionsIn(rule) }
  assertFits(read)
  return read
}

type Filter = Pick<LifecycleRule, 'form' | 'prefix' | 'tags' | 'largerThan' | 'smallerThan'>

/** One condition, several in one element, none, or the prefix alone as it was written before there were filters. */
function filterIn(rule: Element): Filter {
  const [old, filter] = [childOf(rule, 'Prefix'), childOf(rule, 'Filter')]
  if (old !== undefined && filter === undefined) return { form: 'prefix', prefix: old.text, tags: [] }
  if (old !== undefined || filter === undefined || filter.children.length > 1) throw malformed()
  const and = childOf(filter, 'And')
  if (and !== undefined && and.children.length < 2) throw malformed()
  return { form: and === undefined ? 'one' : 'and', ...conditionsIn(and ?? filter) }
}

function conditionsIn(filter: Element): Omit<Filter, 'form'> {
  const [larger, smaller] = [sizeIn(filter, 'ObjectSizeGreaterThan'), sizeIn(filter, 'ObjectSizeLessThan')]
  if (larger !== undefined && smaller !== undefined && larger >= smaller)
    throw invalidRequest("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.")
  const prefix = rawTextIn(filter, 'Prefix')
  const tags = childrenOf(filter, 'Tag').map(tag => ({ key: rawTextIn(tag, 'Key') ?? '', value: rawTextIn(tag, 'Value') ?? '' }))
  return {
    tags: [...checkedTags(tags, tagsMax)],
    ...(prefix !== undefined && { prefix }),
    ...(larger !== undefined && { largerThan: larger }),
    ...(smaller !== undefined && { smallerThan: smaller }),
  }
}

function sizeIn(element: Element, name: string): number | undefined {
  const text = textIn(element, name)
  if (text === undefined) return undefined
  if (!/^\d{1,15}$/.test(text)) throw invalidRequest(`'${name}' has to be a value greater than or equal to 0.`)
  return Number(text)
}

function daysIn(element: Element | undefined, name: string, action: string): number | undefined {
  const text = textIn(element, name)
  if (text === undefined) return undefined
  if (!/^\d{1,10}$/.test(text) || Number(text) < 1 || Number(text) > 2_147_483_647)
    throw invalidArgument(`'${name}' for ${action} action must be a positive integer`)
  return Number(text)
}

type Actions = Pick<LifecycleRule, 'expiration' | 'noncurrent' | 'abortDays'>

function actionsIn(rule: Element): Actions {
  const [expiration, noncurrent] = [expirationIn(childOf(rule, 'Expiration')), noncurrentIn(childOf(rule, 'NoncurrentVersionExpiration'))]
  const abort = childOf(rule, 'AbortIncompleteMultipartUpload')
  const abortDays = daysIn(abort, 'DaysAfterInitiation', 'AbortIncompleteMultipartUpload')
  if (abort !== undefined && abortDays === undefined) throw malformed()
  if (expiration === undefined && noncurrent === undefined && abortDays === undefined)
    throw invalidRequest('At least one action needs to be specified in a rule')
  return {
    ...(expiration !== undefined && { expiration }),
    ...(noncurrent !== undefined && { noncurrent }),
    ...(abortDays !== undefined && { abortDays }),
  }
}

function expirationIn(element: Element | undefined): LifecycleRule['expiration'] {
  if (element === undefined) return undefined
  const [days, date, markers] = [
    daysIn(element, 'Days', 'Expiration'),
    textIn(element, 'Date'),
    textIn(element, 'ExpiredObjectDeleteMarker'),
  ]
  if ([days, date, markers].filter(one => one !== undefined).length !== 1) throw malformed()
  if (days !== undefined) return { days }
  if (date !== undefined) return { date: midnight(date) }
  if (markers !== 'true' && markers !== 'false') throw malformed()
  return { deletedMarkers: markers === 'true' }
}

function midnight(text: string): number {
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text
  const at = instantOf(date)
  if (at === undefined) throw malformed()
  if (at % dayMs !== 0) throw invalidArgument("'Date' must be at midnight GMT")
  return at
}

function instantOf(text: string): number | undefined {
  try {
    return Temporal.Instant.from(text).epochMilliseconds
  } catch {
    return undefined
  }
}

function noncurrentIn(element: Element | undefined): LifecycleRule['noncurrent'] {
  if (element === undefined) return undefined
  const days = daysIn(element, 'NoncurrentDays', 'NoncurrentVersionExpiration')
  if (days === undefined) throw malformed()
  const kept = daysIn(element, 'NewerNoncurrentVersions', 'NoncurrentVersionExpiration')
  if (kept !== undefined && kept > keptMax) throw invalidArgument(`'NewerNoncurrentVersions' must be between 1 and ${keptMax}`)
  return kept === undefined ? { days } : { days, kept }
}

/** Of a marker, and of an upload, nothing is known but its name. */
function assertFits({ tags, largerThan, smallerThan, expiration, abortDays }: LifecycleRule): void {
  const sized = largerThan !== undefined || smallerThan !== undefined
  if (abortDays !== undefined && tags.length > 0) throw invalidRequest('AbortIncompleteMultipartUpload cannot be specified with Tags.')
  if (abortDays !== undefined && sized) throw invalidRequest('AbortIncompleteMultipartUpload cannot be specified with Object Size.')
  if (expiration?.deletedMarkers !== undefined && tags.length > 0)
    throw invalidRequest('ExpiredObjectDeleteMarker cannot be specified with Tags.')
}

/** Members of the document that it was read of. */
export const lifecycleOf = (rules: readonly LifecycleRule[]): Readonly<Record<string, XmlValue>> => ({ Rule: rules.map(ruleOf) })

function ruleOf({ id, enabled, expiration, noncurrent, abortDays, ...filter }: LifecycleRule): XmlValue {
  return {
    ID: id,
    ...filterOf(filter),
    Status: enabled ? 'Enabled' : 'Disabled',
    Expiration: expiration && {
      Days: expiration.days,
      Date: expiration.date === undefined ? undefined : Temporal.Instant.fromEpochMilliseconds(expiration.date).toString(),
      ExpiredObjectDeleteMarker: expiration.deletedMarkers,
    },
    NoncurrentVersionExpiration: noncurrent && { NoncurrentDays: noncurrent.days, NewerNoncurrentVersions: noncurrent.kept },
    AbortIncompleteMultipartUpload: abortDays === undefined ? undefined : { DaysAfterInitiation: abortDays },
  }
}

function filterOf({ form, prefix, tags, largerThan, smallerThan }: Filter): Readonly<Record<string, XmlValue>> {
  if (form === 'prefix') return { Prefix: prefix }
  const conditions = {
    Prefix: prefix,
    Tag: tags.map(({ key, value }) => ({ Key: key, Value: value })),
    ObjectSizeGreaterThan: largerThan,
    ObjectSizeLessThan: smallerThan,
  }
  return { Filter: form === 'and' ? { And: conditions } : conditions }
}
