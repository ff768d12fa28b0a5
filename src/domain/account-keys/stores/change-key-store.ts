import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import { assertPermitsRegion } from '#domain/account-keys/permit-account-key.ts'
import { placeOf } from './connect-key-store.ts'
import { assertAddressFree, assertHealthy, assertNameFree, keepSecret, type KeepingStoreNeeds } from './create-key-store.ts'
import { invalidState, keyStoresOf, requireKeyStore, type HeldKeyStore } from './find-key-store.ts'
import { storeRefused } from './refusals.ts'
import { proxyOf } from './store-proxy.ts'
import { changedCluster } from './token-cluster.ts'
import {
  assertConnectivity,
  assertOneKind,
  assertPath,
  type ClusterSettings,
  type KeptProxy,
  type ProxySettings,
} from './store-settings.ts'

type StoreChange = RegionOfAccount & {
  readonly permit: Permit<'keyStore.update'>
  readonly id: string
  readonly name?: string | undefined
  readonly cluster: ClusterSettings
  readonly proxy: ProxySettings
}

type ChangingNeeds = KeepingStoreNeeds & Needs<'store' | 'accountKeys'>

/**
 * Another name, address, credential, cluster or password; a proxy that is to be spoken to from now on must answer. A store that is connected
 * changes its name, its path and its credential alone. Raises `ValidationFailed`, `KeyStoreRefused`.
 */
export async function updateKeyStore(context: ChangingNeeds, call: Call, request: StoreChange): Promise<void> {
  const { permit, id, name, cluster, proxy: settings, ...place } = request
  assertPermitsRegion(permit, placeOf(place))
  const store = await requireKeyStore(context, call, { ...place, id })
  const changed = Object.values(settings).some(value => value !== undefined)
  if (name === undefined && !changed && Object.values(cluster).every(value => value === undefined))
    throw new Problem({ code: 'ValidationFailed', details: { message: 'You must specify at least one value to change.' } })
  assertOneKind(store.value.kind, { cluster, proxy: settings })
  const others = (await keyStoresOf(context, call, place)).filter(other => other.id !== store.id)
  if (name !== undefined) assertNameFree(others, name)
  const kept = changed
    ? { proxy: await changedProxy(context, call, { store, settings, others, region: place.region }) }
    : await keptCluster(context, call, { store, settings: cluster, others })
  context.keyStores.update(call, store, { ...store.value, ...(name !== undefined && { name }), ...kept })
}

async function keptCluster(
  context: ChangingNeeds,
  call: Call,
  change: { readonly store: HeldKeyStore; readonly settings: ClusterSettings; readonly others: readonly HeldKeyStore[] },
): Promise<{ readonly clusterId?: string }> {
  const { store, settings } = change
  if (settings.clusterId === undefined && settings.password === undefined) return {}
  const kept = await changedCluster(context, call, change)
  const { compartment, value } = store
  if (settings.password !== undefined) keepSecret(context, call, { compartment, id: value.id, secret: settings.password })
  return kept
}

async function changedProxy(
  context: ChangingNeeds,
  call: Call,
  change: {
    readonly store: HeldKeyStore
    readonly settings: ProxySettings
    readonly others: readonly HeldKeyStore[]
    readonly region: string
  },
): Promise<KeptProxy> {
  const { store, settings, others, region } = change
  assertChangeable(store, settings)
  const { credential } = settings
  const { secret, ...now } = await proxyOf(context, store, region)
  const proxy = afterChange({ ...now, connectivity: store.value.proxy?.connectivity ?? 'PUBLIC_ENDPOINT' }, settings)
  assertAddressFree(others, proxy)
  await assertHealthy(context, call, { proxy, secret: credential?.secret ?? secret, region })
  if (credential !== undefined) keepSecret(context, call, { compartment: store.compartment, id: store.value.id, secret: credential.secret })
  return proxy
}

function assertChangeable(store: HeldKeyStore, settings: ProxySettings): void {
  const { endpoint, connectivity, path } = settings
  if ((endpoint ?? connectivity) !== undefined && store.value.connection !== 'disconnected')
    throw invalidState(store, 'It must be disconnected for its endpoint or its connectivity to be changed.')
  if (path !== undefined) assertPath(path)
  assertConnectivity(settings)
}

const afterChange = (before: KeptProxy, { connectivity, endpoint, path, credential }: ProxySettings): KeptProxy => ({
  connectivity: connectivity ?? before.connectivity,
  endpoint: endpoint ?? before.endpoint,
  path: path ?? before.path,
  accessKeyId: credential?.accessKeyId ?? before.accessKeyId,
})

/** A store without keys, disconnected; its credential is shredded. Raises `KeyStoreRefused`. */
export async function deleteKeyStore(
  context: Needs<'keyStores' | 'accountKeys' | 'accountRegions' | 'tokenClusters' | 'instance'>,
  call: Call,
  request: RegionOfAccount & { readonly permit: Permit<'keyStore.delete'>; readonly id: string },
): Promise<void> {
  assertPermitsRegion(request.permit, placeOf(request))
  const store = await requireKeyStore(context, call, request)
  const keys = await context.accountKeys.listTagged(call, store.compartment, { tag: ['inStore', store.value.id], after: -1, limit: 1 })
  if (keys.length > 0) throw storeRefused('CustomKeyStoreHasCMKs', `The custom key store ${store.value.id} contains KMS keys.`)
  if (store.value.connection !== 'disconnected') throw invalidState(store, 'It must be disconnected before it can be deleted.')
  context.keyStores.remove(call, store)
  call.materials.push({ removeOf: store.id })
  call.afterwards.push(() => context.tokenClusters.forget(store.value.id))
}
