import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { madeNow, touchedNow } from '#domain/resources/envelope.ts'
import type { Authorship } from '#domain/resources/records.ts'
import type { HeldVault } from '#domain/resources/find-vault.ts'
import { eventTypes } from './event-types.ts'
import type { EventSubscription } from './records.ts'
import { eventSubscriptionsOf, type HeldEventSubscription } from './remove-subscription.ts'
import { shakeHands } from './shake-hands.ts'

export const eventSubscriptionType = 'Microsoft.EventGrid/eventSubscriptions'

type Settings = Omit<EventSubscription, 'id' | 'name' | 'vaultId' | 'pending' | keyof Authorship>

type Maybe<T> = { readonly [N in keyof T]?: T[N] | undefined }

/** What a caller may say; absent keeps, or takes the default. */
export interface EventSubscriptionChange extends Maybe<Omit<Settings, 'filter'>> {
  readonly filter?: Maybe<Settings['filter']> | undefined
}

const defaults: Omit<Settings, 'endpointUrl'> = {
  filter: { eventTypes: [...eventTypes], subjectBeginsWith: '', subjectEndsWith: '', caseSensitive: false },
  deliverySchema: 'EventGridSchema',
  maxDeliveryAttempts: 30,
  timeToLiveMinutes: 1_440,
}

/** Of one vault: the service's limit of one topic. */
const subscriptionsMax = 500

type SubscriptionNeeds = Needs<'eventSubscriptions' | 'outgoing' | 'ground'>

interface Named {
  readonly vault: HeldVault
  readonly name: string
}

interface Writing extends Named {
  readonly permit: Permit<'eventSubscription.write'>
  /** What a receiver that says nothing at once follows later, with its token behind it. */
  readonly link: string
}

/** Raises `ArmRefused` 404. */
export async function eventSubscriptionNamed(
  context: Needs<'eventSubscriptions'>,
  call: Call,
  { vault, name }: Named,
): Promise<HeldEventSubscription> {
  const held = await context.eventSubscriptions.get(call, vault.compartment, [vault.path[0], name.toLowerCase()])
  if (held !== undefined) return held
  throw new Problem({ code: 'ResourceNotFound', details: { type: eventSubscriptionType, name } })
}

/** Makes a subscription, or replaces it whole, once its receiver has said that it wants to be sent to. Raises `ArmRefused`. */
export async function setEventSubscription(
  context: SubscriptionNeeds,
  call: Call,
  request: Writing & { readonly settings: EventSubscriptionChange },
): Promise<HeldEventSubscription> {
  const { permit, vault, name, settings, link } = request
  assertPermits(permit, vault.value.scope)
  const before = await context.eventSubscriptions.get(call, vault.compartment, [vault.path[0], name.toLowerCase()])
  if (before === undefined && eventSubscriptionsOf(context, call, vault).length >= subscriptionsMax)
    throw refused(
      'ResourceLimitExceeded',
      `The vault '${vault.value.name}' has ${subscriptionsMax} event subscriptions, and can have no more.`,
    )
  const value = await agreed(context, call, {
    vault,
    name: before?.value.name ?? name,
    link,
    before: before?.value,
    settings: settled(defaults, settings),
  })
  if (before !== undefined) return context.eventSubscriptions.update(call, before, value)
  return context.eventSubscriptions.create(call, vault.compartment, { path: [vault.path[0], name.toLowerCase()], value })
}

/** What is absent stays. Raises `ResourceNotFound`, `ArmRefused`. */
export async function updateEventSubscription(
  context: SubscriptionNeeds,
  call: Call,
  request: Writing & { readonly change: EventSubscriptionChange },
): Promise<HeldEventSubscription> {
  const { permit, vault, change, link } = request
  assertPermits(permit, vault.value.scope)
  const before = await eventSubscriptionNamed(context, call, request)
  const settings = settled(before.value, change)
  const value = await agreed(context, call, { vault, name: before.value.name, link, before: before.value, settings })
  return context.eventSubscriptions.update(call, before, value)
}

type Settled = Omit<Settings, 'endpointUrl'> & {
  readonly endpointUrl?: string | undefined
  readonly pending?: EventSubscription['pending']
}

function settled(before: Settled, change: EventSubscriptionChange): Settled {
  const { filter, ...rest } = change
  const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  const filterSaid = Object.fromEntries(Object.entries(filter ?? {}).filter(([, value]) => value !== undefined))
  const { pending: _pending, ...kept } = before
  return { ...kept, ...said, filter: { ...before.filter, ...filterSaid } }
}

/** The subscription as it is kept, its receiver having agreed once for all tries of the call. */
async function agreed(
  context: SubscriptionNeeds,
  call: Call,
  what: Omit<Writing, 'permit'> & { readonly before: EventSubscription | undefined; readonly settings: Settled },
): Promise<EventSubscription> {
  const { vault, name, before, settings, link } = what
  const { endpointUrl } = settings
  if (endpointUrl === undefined) throw refused('InvalidRequest', noDestination)
  if (settings.expiresAt !== undefined && settings.expiresAt <= call.at)
    throw refused('InvalidRequest', 'Invalid event subscription request: The expiration time must be in the future.')
  const id = before?.id ?? (await call.once(`id of ${name}`, async () => Promise.resolve(context.ground.random.uuid())))
  const { createdAt, createdBy, createdByKind } = before ?? madeNow(call)
  const made = { createdAt, createdBy, createdByKind, ...touchedNow(call) }
  const value: EventSubscription = { ...settings, endpointUrl, id, name, vaultId: vault.value.id, ...made }
  const pending = await call.once(`handshake with the receiver of ${name}`, async () => shakeHands(context, value, link))
  return { ...value, pending }
}

const noDestination =
  'Invalid event subscription request: Supplied URL is invalid. It cannot be null or empty and should be a proper HTTPS URL like https://www.example.com.'
const refused = (code: string, message: string): Problem => new Problem({ code: 'ArmRefused', details: { status: 400, code, message } })
