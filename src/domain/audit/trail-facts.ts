import { canonicalJson, type JsonObject, type JsonValue } from './canonical-json.ts'

/** Something of an account that a call was about. */
export interface TrailResource {
  readonly account: string
  readonly arn: string
  /** From everybody but the account itself: whoever asked has not learned that it is there. */
  readonly hidden?: true
}

/** What the instance did by itself with something of an account. */
export const ownEvents = ['keyDeleted', 'keyRotated', 'importedMaterialExpired', 'replicasSynchronized'] as const
export type OwnEvent = (typeof ownEvents)[number]

/**
 * What an account's trail shows of a call beside what its row has anyway. Only what an operation declares to be shown: never plaintext,
 * ciphertext, messages, tokens of grants, secrets.
 */
export interface TrailFacts {
  /** Where the instance acted by itself. */
  readonly event?: OwnEvent
  readonly region: string
  /** Whose trail has it, where that is not the caller's own account. */
  readonly recipient?: string
  readonly readOnly: boolean
  /** Who calls by the word of an issuer, without a key of an account. */
  readonly webIdentity?: { readonly provider: string; readonly id: string; readonly name: string }
  /** A use of what is in a thing, not of the thing: `false` is told apart by who reads the trail. */
  readonly data?: true
  /** Protocol version, cipher suite, host that the client named. */
  readonly tls?: { readonly version: string; readonly cipher: string; readonly host: string }
  parameters?: JsonObject
  answer?: JsonObject
  more?: JsonObject
  errorMessage?: string
  readonly resources: TrailResource[]
}

/** Notes once what the call is about; refused or not. */
export function noteTrailResource(facts: TrailFacts | undefined, { account, arn }: TrailResource): void {
  if (facts !== undefined && !facts.resources.some(one => one.arn === arn)) facts.resources.push({ account, arn })
}

/** What the call was about is told to its own account alone. */
export function hideTrailResource(facts: TrailFacts | undefined, arn: string): void {
  const at = facts?.resources.findIndex(one => one.arn === arn) ?? -1
  const known = facts?.resources[at]
  if (facts !== undefined && known !== undefined) facts.resources[at] = { ...known, hidden: true }
}

/** Every account whose trail has the call, the caller's first. */
export function recipientsOf(facts: TrailFacts, caller: string | undefined): readonly string[] {
  const own = facts.recipient ?? caller
  const accounts = own === undefined ? [] : [own]
  for (const { account } of facts.resources) if (!accounts.includes(account)) accounts.push(account)
  return accounts
}

/** CloudTrail's own limits of a record's fields, in characters of JSON ("CloudTrail record contents"). */
const fieldMax = { parameters: 102_400, answer: 102_400, more: 28_672 } as const
/** The longest text that a call may bring whole is a policy of 32 KB. */
const textMax = 32_768
const errorMessageMax = 1_024
const resourcesMax = 64

/** The facts as a row has them: canonical JSON by construction, its fields within limits; what is over them is left out, and that is said. */
export function trailText(facts: TrailFacts, recipient: string | undefined): string {
  const { answer, data, errorMessage, event, more, parameters, readOnly, region, resources, tls, webIdentity } = facts
  const members =
    member('answer', answer && within(answer, fieldMax.answer)) +
    member('data', data && 'true') +
    member('errorMessage', errorMessage === undefined ? undefined : quoted(cut(errorMessage, errorMessageMax))) +
    member('event', event && quoted(event)) +
    member('more', more && within(more, fieldMax.more)) +
    member('parameters', parameters && within(parameters, fieldMax.parameters)) +
    member('readOnly', String(readOnly)) +
    member('recipient', recipient === undefined ? undefined : quoted(recipient)) +
    member('region', quoted(region)) +
    member('resources', `[${shownTo(resources, recipient).map(resourceText).join(',')}]`) +
    member('tls', tls && canonicalJson({ ...tls })) +
    member('webIdentity', webIdentity && canonicalJson({ ...webIdentity }))
  return `{${members.slice(1)}}`
}

const member = (name: string, text: string | undefined): string => (text === undefined ? '' : `,"${name}":${text}`)
const quoted = (text: string): string => JSON.stringify(text.toWellFormed())
/** What is hidden is told to its own account alone. */
const shownTo = (resources: readonly TrailResource[], recipient: string | undefined): readonly TrailResource[] =>
  resources.filter(({ account, hidden }) => hidden !== true || account === recipient).slice(0, resourcesMax)
const resourceText = ({ account, arn }: TrailResource): string => `{"account":${quoted(account)},"arn":${quoted(cut(arn, arnMax))}}`
const arnMax = 2_048

function within(value: JsonObject, most: number): string {
  const text = canonicalJson(value)
  // Where all of it is shorter than one text may be, nothing in it is to be cut.
  if (text.length <= textMax) return text
  const short = canonicalJson(shortened(value))
  return short.length <= most ? short : '{"omitted":true}'
}

function shortened(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, member === undefined ? undefined : shortenedValue(member)]),
  )
}

function shortenedValue(value: JsonValue): JsonValue {
  if (typeof value === 'string') return cut(value, textMax)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one: JsonValue) => shortenedValue(one))
  return shortened(value as JsonObject) // oxlint-disable-line typescript/no-unsafe-type-assertion -- what is no list is an object: isArray does not narrow readonly lists
}

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`)
