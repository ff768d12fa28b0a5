import { Problem } from '#model/problem.ts'
import type { Permit } from '#domain/access/permit.ts'
import { parseArn } from '#domain/accounts/arn.ts'
import { regionForWriting, type RegionOfAccount } from '#domain/accounts/account-region.ts'
import { callersAccount } from '#domain/account-keys/find-account-key.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import type { Trail } from './records.ts'

export type HeldTrail = Held<Trail, readonly [name: string]>
export type TrailSettings = Pick<Trail, 'bucket' | 'allRegions' | 'globalEvents' | 'digests'> & {
  readonly prefix: string | undefined
  readonly keyArn: string | undefined
}

export const trailArn = ({ region, accountId, name }: Pick<Trail, 'region' | 'accountId' | 'name'>): string =>
  `arn:aws:cloudtrail:${region}:${accountId}:trail/${name}`

const trailsMax = 5
const tagsMax = 50
const bucketName = /^(?!xn--)(?!\d{1,3}(?:\.\d{1,3}){3}$)[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/
/** Letters, digits, and `.`, `_`, `-` one at a time between them; no address. */
const nameForm = /^(?!\d{1,3}(?:\.\d{1,3}){3}$)[a-zA-Z0-9]+(?:[._-][a-zA-Z0-9]+)*$/

const invalid = (
  what: 'name' | 'bucketName' | 'prefix' | 'tooMany' | 'tooManyTags' | 'tags' | 'homeRegion' | 'arn',
  message: string,
): Problem => new Problem({ code: 'TrailInvalid', details: { what, message } })

/** Raises `TrailInvalid`. */
export function assertTrailName(name: string): void {
  if (name.length < 3 || name.length > 128) throw invalid('name', 'Trail name must be between 3 and 128 characters.')
  if (!nameForm.test(name))
    throw invalid(
      'name',
      'Trail name must start with a letter or number, and end with a letter or number, and have no adjacent periods, underscores or dashes.',
    )
}

export interface NewTrail {
  readonly permit: Permit<'trail.create'>
  readonly place: RegionOfAccount
  readonly name: string
  readonly settings: TrailSettings
  readonly tags: Trail['tags']
}

type KeepingNeeds = Needs<'trails' | 'accountRegions' | 'instance' | 'ground'>

/** A trail that carries nothing until it is started. Raises `TrailNameTaken`, `TrailInvalid`. */
export async function createTrail(context: KeepingNeeds, call: Call, { place, name, settings, tags }: NewTrail): Promise<HeldTrail> {
  assertTrailName(name)
  const compartment = await regionForWriting(context, call, place)
  if ((await context.trails.get(call, compartment, [name])) !== undefined) throw new Problem({ code: 'TrailNameTaken', details: { name } })
  if (context.trails.all(call, compartment).length >= trailsMax)
    throw invalid('tooMany', `The maximum number of trails of an account in a Region is ${trailsMax}.`)
  return context.trails.create(call, compartment, {
    path: [name],
    value: {
      ...place,
      ...checkedSettings(settings),
      name,
      createdAt: call.at,
      tags: checkedTags([], tags),
      logging: false,
      position: {},
      delivery: {},
      chains: {},
    },
  })
}

/** Raises `TrailInvalid`. */
export function updateTrail(
  context: Needs<'trails'>,
  call: Call,
  { trail, settings }: { readonly trail: HeldTrail; readonly settings: TrailSettings },
): HeldTrail {
  const { prefix: _prefix, keyArn: _keyArn, ...rest } = trail.value
  return context.trails.update(call, trail, { ...rest, ...checkedSettings(settings) })
}

function checkedSettings({ prefix, keyArn, ...rest }: TrailSettings) {
  if (!bucketName.test(rest.bucket)) throw invalid('bucketName', `Bucket name ${rest.bucket} is not valid.`)
  if (prefix !== undefined && prefix.length > 200) throw invalid('prefix', 'The prefix has 200 characters at most.')
  return { ...rest, ...(prefix !== undefined && prefix !== '' && { prefix }), ...(keyArn !== undefined && { keyArn }) }
}

/** From now on, or from what was carried last: what is recorded meanwhile is left out. */
export async function startTrail(context: Needs<'trails' | 'audit'>, call: Call, trail: HeldTrail): Promise<void> {
  if (trail.value.logging) return
  const end = await context.audit.end()
  const { stoppedAt: _stoppedAt, draining: _draining, ...rest } = trail.value
  // The chain is broken where nothing was carried: a digest says nothing of it.
  context.trails.update(call, trail, { ...rest, logging: true, startedAt: call.at, position: { ...end }, chains: {} })
}

export async function stopTrail(context: Needs<'trails' | 'audit'>, call: Call, trail: HeldTrail): Promise<void> {
  if (!trail.value.logging) return
  const draining = { ...(await context.audit.end()) }
  context.trails.update(call, trail, { ...trail.value, logging: false, draining, stoppedAt: call.at })
}

/** Later ones of a name win. Raises `TrailInvalid`. */
export function checkedTags(before: Trail['tags'], added: Trail['tags']): Trail['tags'] {
  const byName = new Map(before.map(({ key, value }) => [key, value]))
  for (const { key, value } of added) {
    if (key.toLowerCase().startsWith('aws:')) throw invalid('tags', 'Names of tags that begin with aws: are reserved.')
    byName.set(key, value)
  }
  if (byName.size > tagsMax) throw invalid('tooManyTags', `A trail has ${tagsMax} tags at most.`)
  return [...byName].map(([key, value]) => ({ key, value }))
}

/** Of an account, as it is seen from a Region: its own, and those of others that take from all. */
export function trailsSeen(context: Needs<'trails'>, call: Call, { accountId, region }: RegionOfAccount): readonly HeldTrail[] {
  const seen = context.trails.peek().filter(({ value }) => value.accountId === accountId && (value.region === region || value.allRegions))
  for (const { id } of seen) call.reads.add(id)
  return seen
}

/** By its name in the Region, or by its ARN. Raises `TrailNotFound`, `TrailInvalid`. */
export function findTrail(
  context: Needs<'trails'>,
  call: Call,
  { asked, region }: { readonly asked: string; readonly region: string },
): HeldTrail {
  const place = placeOf(call, { asked, region })
  const seen = trailsSeen(context, call, { accountId: callersAccount(call), region: place.region })
  const found = seen.find(({ value }) => value.name === place.name && (value.region === place.region || !asked.startsWith('arn:')))
  if (found === undefined || place.accountId !== callersAccount(call))
    throw new Problem({ code: 'TrailNotFound', details: { name: asked } })
  return found
}

function placeOf(call: Call, { asked, region }: { readonly asked: string; readonly region: string }) {
  if (!asked.startsWith('arn:')) {
    assertTrailName(asked)
    return { accountId: callersAccount(call), region, name: asked }
  }
  const arn = parseArn(asked)
  const [kind, name, ...more] = arn?.resource.split('/') ?? []
  if (arn?.service !== 'cloudtrail' || kind !== 'trail' || name === undefined || more.length > 0)
    throw invalid('arn', `Invalid ARN: ${asked}`)
  return { accountId: arn.accountId, region: arn.region, name }
}

/** It is changed where it was made. Raises `TrailInvalid`. */
export function assertAtHome({ value }: HeldTrail, region: string): void {
  if (value.region !== region) throw invalid('homeRegion', `The trail ${value.name} was created in another Region: ${value.region}.`)
}
