import { nitroMachines } from '#adapters/nitro/nitro-machines.ts'
import { xksProxy } from '#adapters/xks/xks-proxy.ts'
import type { AllowedHost } from '#model/allowed-hosts.ts'
import type { Bytes } from '#model/brands.ts'
import type { ByteMathematics } from '#ports/byte-mathematics.ts'
import type { CryptoModule } from '#ports/crypto-module.ts'
import type { Clock } from '#ports/clock.ts'
import { noDiskBytes, type DiskBytes } from '#ports/disk-bytes.ts'
import type { KeyedMathematics } from '#ports/keyed-mathematics.ts'
import type { Log } from '#ports/log.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { noOutgoing, type Outgoing } from '#ports/outgoing.ts'
import type { Pki } from '#ports/pki.ts'
import type { Random } from '#ports/random.ts'
import type { Barrier } from '#ports/barrier.ts'
import type { RecordStore } from '#ports/record-store.ts'
import { noTokenClusters, type TokenClusters } from '#ports/token-clusters.ts'
import { createThrottle } from '#domain/account-keys/throttle.ts'
import { builtInRoles } from '#domain/access/built-in-roles.ts'
import { makesGroups, managesOwn, ownerManages } from '#domain/app-roles/directory-owner.ts'
import { directoryRight } from '#domain/app-roles/directory-right.ts'
import { createAccess, type CountsAs } from '#domain/access/permit.ts'
import { accountEntities } from '#domain/access/account-entities.ts'
import { accessPolicyBook } from '#domain/access/rule-books/access-policies.ts'
import { accountPolicyBook } from '#domain/access/rule-books/account-policies.ts'
import { azureRbac } from '#domain/access/rule-books/azure-rbac.ts'
import { carriedRights } from '#domain/access/rule-books/carried-rights.ts'
import { directoryBook } from '#domain/access/rule-books/directory.ts'
import { ownRuleBook } from '#domain/access/rule-books/own.ts'
import { publicBucketBook } from '#domain/access/rule-books/public-buckets.ts'
import { createLatestUses } from '#domain/accounts/latest-uses.ts'
import { createKnownSessions } from '#domain/sessions/known-sessions.ts'
import { createDerivedKeys } from '#domain/accounts/derived-keys.ts'
import { servicePolicy } from '#domain/accounts/service-policies.ts'
import { allFamilies, openFamilies, type Context } from '#domain/context.ts'
import type { Node } from '#domain/entries.ts'
import type { AuditPages, AuditTrail } from '#domain/audit/query.ts'
import { openIdentity, type Identity } from '#domain/identity/identity.ts'
import type { Instance } from '#domain/instance.ts'
import type { Meter } from '#domain/meter.ts'
import { createNoise } from '#domain/noise.ts'
import { lockedAccess, lockIndex } from '#domain/locks/locked-access.ts'
import { createView } from '#domain/records/view.ts'
import { createBucketKeys } from '#domain/objects/bucket-keys.ts'
import { createObjectNames } from '#domain/objects/names.ts'
import { policiesAt } from '#domain/resources/find-vault.ts'
import { createTurns } from '#domain/turns.ts'

export interface ContextParts {
  readonly store: RecordStore
  readonly barrier: Barrier
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly node: Node
  readonly instance: Instance
  readonly modules: readonly CryptoModule[]
  /** Bytes of objects, and what is done to them. */
  readonly objectStore: ObjectStore
  readonly byteMathematics: ByteMathematics
  /** Of signatures of requests. */
  readonly keyedMathematics: KeyedMathematics
  /** Absent: no disk is forked or copied. */
  readonly diskBytes?: DiskBytes
  /** Absent: a program that has no audit to read. */
  readonly trail?: AuditTrail
  readonly audit?: AuditPages
  /** Absent: nothing outside is ever asked. */
  readonly outgoing?: Outgoing
  /** Hosts of external key stores that are at another port than HTTPS's. */
  readonly keyStoreHosts?: readonly AllowedHost[]
  /** Absent: keys of accounts stand in no token. */
  readonly tokenClusters?: TokenClusters
  /** Counts what is answered, for graphs. */
  readonly meter?: Meter
  /** Certificates, DER, that vouch for attested machines. */
  readonly attestationRoots?: readonly Bytes[]
}

async function* noTrail(): AsyncGenerator<never> {}
const noPages: AuditPages = { page: async () => ({ rows: [], end: {} }), end: async () => ({}), backwards: () => noTrail() }

/** Decoded records of cached families that a node keeps. */
const cacheMax = 100_000

/** Everything that verbs are given, over a store whose barrier is open. Loads what is resident. */
export async function composeContext(parts: ContextParts): Promise<Context> {
  const { store, barrier, clock, random, log, node, instance, outgoing = noOutgoing, attestationRoots = [] } = parts
  const pki = pkiOnDemand(random)
  const view = createView({ store, barrier, families: allFamilies, cacheMax })
  const records = openFamilies({ view, barrier, store })
  const derivedKeys = createDerivedKeys(records.accessKeys)
  const identity = openIdentity(records, { view, outgoing, log })
  const judging = composeAccess(records, identity)
  const modules = new Map(parts.modules.map(module => [module.name, module]))
  view.onNews(news => {
    for (const change of news) for (const module of modules.values()) module.drop(change.id)
  })
  await view.load()
  return {
    ...records,
    ground: {
      view,
      barrier,
      committer: store,
      clock,
      random,
      turns: createTurns(),
      node,
      noise: noiseOf(instance),
      ...(parts.meter !== undefined && { meter: parts.meter }),
    },
    ...judging,
    identity,
    derivedKeys,
    knownSessions: createKnownSessions(barrier, instance),
    latestUses: createLatestUses(),
    ...bytesOf(parts),
    diskBytes: parts.diskBytes ?? noDiskBytes,
    objectNames: createObjectNames({ view, store, barrier }),
    bucketKeys: createBucketKeys(clock),
    storeRates: createThrottle(),
    latestKeyUses: createLatestUses(),
    store,
    instance,
    trail: parts.trail ?? noTrail,
    audit: parts.audit ?? noPages,
    log,
    outgoing,
    ...keysElsewhere(parts),
    pki,
    attestedMachines: nitroMachines({ roots: attestationRoots, pki, random }),
    module: moduleIn(modules),
  }
}

/** What stores of accounts' keys speak to. */
const keysElsewhere = ({ outgoing = noOutgoing, clock, keyStoreHosts = [], tokenClusters = noTokenClusters }: ContextParts) => ({
  externalKeys: xksProxy({ outgoing, clock, hosts: keyStoreHosts }),
  tokenClusters,
})

const bytesOf = ({ objectStore, byteMathematics, keyedMathematics }: ContextParts) => ({ objectStore, byteMathematics, keyedMathematics })

/** Its limits are those of the moment. */
const noiseOf = (instance: Instance) =>
  createNoise({
    get limited() {
      return instance.throttle
    },
  })

const moduleIn =
  (modules: ReadonlyMap<string, CryptoModule>) =>
  (name: string): CryptoModule => {
    const module = modules.get(name)
    if (module === undefined) throw new Error(`no crypto module ${name}`)
    return module
  }

/** The rule books over indexes that the feed keeps: make them before the view is loaded. */
function composeAccess(records: ReturnType<typeof openFamilies>, identity: Identity): Pick<Context, 'access' | 'rbac' | 'policyBook'> {
  const { memberships } = identity
  // Who is in groups counts as each of them.
  const countsAs: CountsAs = ({ id }) => [id, ...memberships.groupsOf(id)]
  const rbac = azureRbac(builtInRoles, countsAs)
  records.roleAssignments.observe((before, after) => rbac.observe(before, after))
  records.roleDefinitions.observe((before, after) => rbac.catalog.observe(before, after))
  records.denyAssignments.observe((before, after) => rbac.denials.observe(before, after))
  const carried = carriedRights()
  records.disks.observe((before, after) => carried.observe(before, after))
  const policyBook = accountPolicyBook(accountEntities(records, arn => servicePolicy(arn)?.document))
  const books = [
    // First: whoever acts in an account is judged by no other.
    policyBook.book,
    publicBucketBook(),
    ownRuleBook,
    carried.book,
    directoryBook({
      rightOf: who => directoryRight({ identity }, who),
      ownerManages: (who, on) => ownerManages({ identity }, who, on),
      managesOwn: who => managesOwn({ identity }, who),
      makesGroups: who => makesGroups({ identity }, who),
    }),
    accessPolicyBook(policiesAt(records), countsAs),
    rbac.book,
  ]
  const locks = lockIndex()
  records.locks.observe((before, after) => locks.observe(before, after))
  return { access: lockedAccess(createAccess(books, countsAs), locks), rbac, policyBook }
}

function pkiOnDemand(random: Random): () => Promise<Pki> {
  let loading: Promise<Pki> | undefined
  return async () => (loading ??= import('#adapters/x509/pki.ts').then(({ pkiBy }) => pkiBy(random)))
}
