import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import { regionForWriting, type RegionOfAccount } from '#domain/accounts/account-region.ts'
import { assertPermitsRegion } from '#domain/account-keys/permit-account-key.ts'
import { keyStoresOf, secretPlace, type HeldKeyStore } from './find-key-store.ts'
import { storeRefused } from './refusals.ts'
import { addressOf, asked, askerOf } from './store-proxy.ts'
import type { KeyStore } from '#domain/account-keys/records.ts'
import { clusterForStore } from './token-cluster.ts'
import { assertOneKind, soundProxy, type ClusterSettings, type KeptProxy, type ProxySettings } from './store-settings.ts'

export type KeepingStoreNeeds = Needs<'keyStores' | 'accountRegions' | 'externalKeys' | 'tokenClusters' | 'ground' | 'instance'>

/** aws-kms.md 8. */
const storesMax = 10

/**
 * Makes a store of keys that stand elsewhere, disconnected; its proxy must answer, signed for with the credential that is given, its token be there.
 * Raises `ValidationFailed`, `LimitExceeded`, `KeyStoreRefused`.
 */
export async function createKeyStore(
  context: KeepingStoreNeeds,
  call: Call,
  request: RegionOfAccount & {
    readonly permit: Permit<'keyStore.create'>
    readonly name: string
    readonly kind: 'token' | 'external'
    readonly cluster: ClusterSettings
    readonly proxy: ProxySettings
  },
): Promise<string> {
  const { permit, name, kind, cluster, accountId, region } = request
  const place = { accountId, region }
  assertPermitsRegion(permit, place)
  assertOneKind(kind, request)
  const others = await keyStoresOf(context, call, place)
  const settled =
    kind === 'token'
      ? await settledCluster(context, call, { settings: cluster, others, name })
      : settledProxy({ settings: request.proxy, others, name })
  if (context.instance.throttle && others.length >= storesMax)
    throw new Problem({ code: 'LimitExceeded', details: { message: `There are ${storesMax} custom key stores, which is the most.` } })
  if (settled.kept.proxy !== undefined) await assertHealthy(context, call, { proxy: settled.kept.proxy, secret: settled.secret, region })
  const id = await call.once('id of a new key store', async () => Promise.resolve(`cks-${context.ground.random.bytes(9).toHex().slice(1)}`))
  const compartment = await regionForWriting(context, call, place)
  context.keyStores.create(call, compartment, {
    path: [id],
    value: { id, name, kind, createdAt: call.at, connection: 'disconnected', ...settled.kept },
  })
  keepSecret(context, call, { compartment, id, secret: settled.secret })
  return id
}

interface Asked<T> {
  readonly settings: T
  readonly others: readonly HeldKeyStore[]
  readonly name: string
}

interface Settled {
  readonly kept: Pick<KeyStore, 'clusterId' | 'trustAnchor' | 'proxy'>
  readonly secret: string
}

async function settledCluster(
  context: KeepingStoreNeeds,
  call: Call,
  { settings, others, name }: Asked<ClusterSettings>,
): Promise<Settled> {
  const { password, ...kept } = await clusterForStore(context, call, { settings, others })
  assertNameFree(others, name)
  return { kept, secret: password }
}

function settledProxy({ settings, others, name }: Asked<ProxySettings>): Settled {
  const { secret, ...proxy } = soundProxy(settings)
  assertNameFree(others, name)
  assertAddressFree(others, proxy)
  return { kept: { proxy }, secret }
}

/** Raises `KeyStoreRefused`. */
export function assertNameFree(others: readonly HeldKeyStore[], name: string): void {
  if (others.some(({ value }) => value.name === name))
    throw storeRefused('CustomKeyStoreNameInUse', `There is a custom key store of the name ${name} already.`)
}

/** Two stores of a Region never speak to one proxy at one path. Raises `KeyStoreRefused`. */
export function assertAddressFree(others: readonly HeldKeyStore[], { endpoint, path }: Pick<KeptProxy, 'endpoint' | 'path'>): void {
  const same = others.some(({ value }) => value.proxy?.endpoint.toLowerCase() === endpoint.toLowerCase() && value.proxy.path === path)
  if (same) throw storeRefused('XksProxyUriInUse', `Another external key store uses ${endpoint}${path}.`)
}

/** Once for all tries of the call. Raises `KeyStoreRefused`. */
export async function assertHealthy(
  context: Needs<'externalKeys'>,
  call: Call,
  { proxy, secret, region }: { readonly proxy: KeptProxy; readonly secret: string; readonly region: string },
): Promise<void> {
  await call.once('health of the proxy', async () =>
    asked('store', context.externalKeys.health({ ...addressOf(proxy), secret, region }, askerOf(call))),
  )
}

/** Seals the secret of a credential for its place: it leaves from there for signatures alone. */
export function keepSecret(
  context: Needs<'keyStores' | 'ground'>,
  call: Call,
  { compartment, id, secret }: { readonly compartment: HeldKeyStore['compartment']; readonly id: string; readonly secret: string },
): void {
  const place = secretPlace(context, compartment, id)
  call.materials.push({ place, material: context.ground.barrier.sealMaterial(place, new TextEncoder().encode(secret)) })
}
