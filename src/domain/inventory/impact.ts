import { millis } from '#model/brands.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { lookCall } from '#domain/disks/look.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { currentVersion } from '#domain/vault-objects/object.ts'
import { hangingOnAccountKey, hangingOnVaultKey, type Hanging, type HangingNeeds } from './hanging.ts'
import type { IsKeyUse } from './last-uses.ts'
import { meantVersion, namedKey, type NamedKey, type NamedVaultKey } from './named-key.ts'
import { seenWith, type SeenWith } from './seen-with.ts'

export const impactActions = ['disable', 'delete', 'purge', 'rotate'] as const
export type ImpactAction = (typeof impactActions)[number]

/** What would come of something that is done to a key: nothing is done. */
export interface Impact {
  /** `kv1/k1`, or an ARN. */
  readonly key: string
  readonly action: ImpactAction
  /** Of a vault's key: the versions that it is done to, ids. */
  readonly versions: readonly string[]
  readonly state: 'enabled' | 'disabled' | 'deleted'
  /** What cannot be opened any more from the next look on. */
  readonly stops: readonly Hanging[]
  /** What is under other versions of the key, and goes on. */
  readonly goesOn: readonly Hanging[]
  /** Of a rotation: what follows to the new version by itself. */
  readonly follows: readonly string[]
  /** Who used it in the last thirty days. */
  readonly seen: readonly SeenWith[]
  /** What cannot be taken back, in sentences. */
  readonly irreversible: readonly string[]
  /** The tag `environment` of the key, its vault, or something that stops. */
  readonly environments: readonly string[]
}

const seenDays = 30
const day = 86_400_000

export type ImpactNeeds = HangingNeeds & Needs<'trail' | 'servicePrincipals' | 'users' | 'ground'>

/**
 * What stops when a key is disabled, deleted or purged, and what a rotation moves; of a vault's key the version that is named, else the
 * current one, is disabled, and all are deleted. Raises as `namedKey`.
 */
export async function impact(
  context: ImpactNeeds,
  call: Call,
  asked: {
    readonly permit: Permit<'instance.read'>
    readonly key: string
    readonly action: ImpactAction
    readonly isKeyUse: IsKeyUse
  },
): Promise<Impact> {
  assertPermits(asked.permit, rootScope)
  const named = await namedKey(context, call, asked.key)
  // Everything that hangs on it is more than a call should stand on: what moves meanwhile is of no weight to a forecast.
  const look = lookCall(context)
  const hanging = await (named.kind === 'vault' ? hangingOnVaultKey(context, look, named) : hangingOnAccountKey(context, look, named))
  const versions = named.kind === 'vault' ? affected(named, asked.action) : []
  const hit = ({ version }: Hanging): boolean => asked.action !== 'rotate' && (version === undefined || versions.includes(version))
  const stops = hanging.filter(hit)
  const since = millis(call.at - seenDays * day)
  return {
    key: named.name,
    action: asked.action,
    versions,
    state: stateOf(named),
    stops,
    goesOn: hanging.filter(one => !hit(one)),
    follows: asked.action === 'rotate' ? followers(context, hanging) : [],
    seen: await seenWith(context, { key: named.name, since, isKeyUse: asked.isKeyUse }),
    irreversible: irreversible(named, { action: asked.action, at: call.at, stops: stops.length }),
    environments: environmentsOf(named, stops),
  }
}

const affected = (named: NamedVaultKey, action: ImpactAction): readonly string[] =>
  action === 'delete' || action === 'purge'
    ? named.key.value.versions.map(({ id }) => id)
    : action === 'disable'
      ? [meantVersion(named).id]
      : []

function stateOf(named: NamedKey): Impact['state'] {
  if (named.kind === 'account') return named.key.value.deletion !== undefined ? 'deleted' : named.key.value.enabled ? 'enabled' : 'disabled'
  if (named.key.value.deleted !== undefined) return 'deleted'
  return meantVersion(named).enabled ? 'enabled' : 'disabled'
}

/** Sets that go to the newest version by themselves; with them all their disks. */
const followers = ({ diskEncryptionSets }: Needs<'diskEncryptionSets'>, hanging: readonly Hanging[]): readonly string[] => {
  const sets = new Set(hanging.flatMap(({ kind, id }) => (kind === 'diskEncryptionSet' ? [id] : [])))
  return diskEncryptionSets.peek().flatMap(({ value }) => (sets.has(value.id) && value.rotationToLatestKeyVersionEnabled ? [value.id] : []))
}

const dayText = (at: number): string => Temporal.Instant.fromEpochMilliseconds(at).toString().slice(0, 10)

function irreversible(
  named: NamedKey,
  { action, at, stops }: { readonly action: ImpactAction; readonly at: number; readonly stops: number },
): readonly string[] {
  const lost = stops === 0 ? 'with it what it has encrypted' : `with it what it has encrypted, the bytes of ${stops} things here among it`
  if (action === 'purge') return [`${named.name} is destroyed at once in every version, and ${lost}.`]
  if (action !== 'delete') return []
  if (named.kind === 'account') return [`After its waiting period, 7 to 30 days, ${named.name} is destroyed, and ${lost}.`]
  const { vault, key } = named
  const purgeAt = key.value.deleted?.scheduledPurgeAt ?? at + vault.softDeleteRetentionInDays * day
  const sooner = vault.enablePurgeProtection ? 'not sooner, whoever asks' : 'sooner if somebody purges it'
  return [`On ${dayText(purgeAt)} ${named.name} is destroyed (${sooner}), and ${lost}; until then it can be recovered.`]
}

function environmentsOf(named: NamedKey, stops: readonly Hanging[]): readonly string[] {
  const own =
    named.kind === 'vault'
      ? [named.vault.tags, currentVersion(named.key.value).tags ?? {}]
      : [Object.fromEntries(named.key.value.tags.map(({ key, value }) => [key, value]))]
  const tagged = own.flatMap(tags => Object.entries(tags).flatMap(([name, value]) => (name.toLowerCase() === 'environment' ? [value] : [])))
  return [...new Set([...tagged, ...stops.flatMap(({ environment }) => environment ?? [])])]
}
