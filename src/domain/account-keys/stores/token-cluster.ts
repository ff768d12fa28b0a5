// The cluster of a store whose keys stand in tokens: found, vouched for, logged into, exchanged for a copy of itself.
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { ClusterVerdict } from '#ports/token-clusters.ts'
import { TokenFailed, type Token } from '#ports/tokens.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { invalidState, type HeldKeyStore } from './find-key-store.ts'
import { storeRefused, type StoreRefusal } from './refusals.ts'
import { soundCluster, type ClusterSettings, type SoundCluster } from './store-settings.ts'
import { nameInToken, passwordOf, tokenOfStore } from './store-token.ts'
import { tokenConnectionErrorOf, type TokenConnectionError } from './token-refusals.ts'

const refusals: Readonly<Record<Exclude<ClusterVerdict, 'sound'>, readonly [StoreRefusal, string]>> = {
  unknown: ['CloudHsmClusterNotFound', 'was not found.'],
  otherAnchor: ['IncorrectTrustAnchor', 'has another trust anchor certificate than the one that was given.'],
  inactive: ['CloudHsmClusterNotActive', 'is not active. Initialize and activate it and try again.'],
  unfit: ['CloudHsmClusterInvalidConfiguration', 'does not have what keys of a custom key store need.'],
}

/** The cluster of a new store, of which no other store of the Region is. Raises `ValidationFailed`, `KeyStoreRefused`. */
export async function clusterForStore(
  context: Needs<'tokenClusters'>,
  call: Call,
  { settings, others }: { readonly settings: ClusterSettings; readonly others: readonly HeldKeyStore[] },
): Promise<SoundCluster> {
  const cluster = soundCluster(settings)
  await assertCluster(context, call, cluster)
  assertClusterFree(others, cluster.clusterId)
  return cluster
}

async function assertCluster(
  { tokenClusters }: Needs<'tokenClusters'>,
  call: Call,
  { clusterId, trustAnchor }: Pick<SoundCluster, 'clusterId' | 'trustAnchor'>,
): Promise<void> {
  const verdict = await call.once(`cluster ${clusterId}`, async () => tokenClusters.judge(clusterId, trustAnchor))
  if (verdict === 'sound') return
  const [refusal, what] = refusals[verdict]
  throw storeRefused(refusal, `The cluster ${clusterId} ${what}`)
}

function assertClusterFree(others: readonly HeldKeyStore[], clusterId: string): void {
  if (others.some(({ value }) => value.clusterId === clusterId))
    throw storeRefused('CloudHsmClusterInUse', `The cluster ${clusterId} is associated with another custom key store already.`)
}

/** Logs in. Answers why the store does not connect, if it does not. Raises `KeyStoreRefused` for a cluster that is not active. */
export async function connectToken(
  context: Needs<'keyStores' | 'tokenClusters' | 'store' | 'ground'>,
  store: HeldKeyStore,
): Promise<TokenConnectionError | undefined> {
  const { id, clusterId = '', trustAnchor = '' } = store.value
  const verdict = await context.tokenClusters.judge(clusterId, trustAnchor)
  if (verdict === 'unknown') return 'CLUSTER_NOT_FOUND'
  if (verdict !== 'sound') throw storeRefused(refusals[verdict][0], `The cluster ${clusterId} ${refusals[verdict][1]}`)
  // Whatever was said of the password before: it is shown anew because somebody asks for it.
  context.tokenClusters.forget(id)
  try {
    const token = await tokenOfStore(context, store)
    await token.open()
    return undefined
  } catch (error) {
    context.tokenClusters.forget(id)
    if (error instanceof TokenFailed) return tokenConnectionErrorOf(error)
    throw error
  }
}

type ChangingNeeds = Needs<'keyStores' | 'accountKeys' | 'tokenClusters' | 'store' | 'ground'>

/**
 * Another password, or another cluster that is a copy of the former: every key of the store is in it. Answers what of it is kept.
 * Raises `KeyStoreRefused`.
 */
export async function changedCluster(
  context: ChangingNeeds,
  call: Call,
  change: { readonly store: HeldKeyStore; readonly settings: ClusterSettings; readonly others: readonly HeldKeyStore[] },
): Promise<Pick<SoundCluster, 'clusterId'>> {
  const { store, settings, others } = change
  if (store.value.connection !== 'disconnected')
    throw invalidState(store, 'It must be disconnected for its cluster or its password to be changed.')
  const { clusterId: former = '', trustAnchor = '' } = store.value
  const { clusterId = former } = settings
  if (clusterId === former) return { clusterId }
  await assertCluster(context, call, { clusterId, trustAnchor })
  assertClusterFree(others, clusterId)
  if (!(await call.once(`keys in ${clusterId}`, async () => hasAllKeys(context, call, { store, clusterId, password: settings.password }))))
    throw storeRefused('CloudHsmClusterNotRelated', `The cluster ${clusterId} does not share a backup history with the cluster ${former}.`)
  return { clusterId }
}

interface Moving {
  readonly store: HeldKeyStore
  readonly clusterId: string
  readonly password?: string | undefined
}

/** Keys of one page. */
const pageMax = 100

/** A token that does not take the password is no copy of the one that did. */
async function hasAllKeys(context: ChangingNeeds, call: Call, { store, clusterId, password }: Moving): Promise<boolean> {
  const storeId = `${store.value.id} moving`
  const moving = { storeId, clusterId }
  try {
    const token = await context.tokenClusters.tokenOf(moving, async () =>
      password === undefined ? passwordOf(context, { compartment: store.compartment, id: store.value.id }) : secretOf(password),
    )
    await token.open()
    return await allKeysIn(context, call, { token, store })
  } catch (error) {
    if (error instanceof TokenFailed) return false
    throw error
  } finally {
    context.tokenClusters.forget(storeId)
  }
}

const secretOf = (password: string): SecretBytes => new SecretBytes(Buffer.from(password, 'utf8'))

async function allKeysIn(
  { accountKeys }: ChangingNeeds,
  call: Call,
  { token, store }: { readonly token: Token; readonly store: HeldKeyStore },
): Promise<boolean> {
  const tag = ['inStore', store.value.id]
  for (let after = -1; ;) {
    const keys = await accountKeys.listTagged(call, store.compartment, { tag, after, limit: pageMax })
    const names = keys.flatMap(({ value }) => value.materials.map(({ id }) => nameInToken(keyArn(value), id)))
    for (const name of names) if (!(await token.hasKey(name))) return false
    if (keys.length < pageMax) return true
    after = keys.at(-1)?.ord ?? after
  }
}
