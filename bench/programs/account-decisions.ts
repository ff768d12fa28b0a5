// Decisions on a key of an account alone, in one process over stores in memory, while other keys get statements and grants that name the same
// user. Prints microseconds as one line of JSON.
import { median } from '#bench/statistics.ts'
import { stageKey } from '#domain/account-keys/create-account-key.ts'
import { accountKeyById } from '#domain/account-keys/find-account-key.ts'
import { accountArn } from '#domain/account-keys/key-arn.ts'
import { permitKey } from '#domain/account-keys/permit-account-key.ts'
import { testAccount, testUser } from '#domain/accounts/testing.ts'
import type { Call } from '#domain/call.ts'
import { testGround, type TestGround } from '#domain/testing.ts'
import { system, type Principal } from '#model/principal.ts'

const [samples, callsPerSample, perCall] = [9, 5_000, 100]
const place = { accountId: '111122223333', region: 'us-east-1' }
const userName = 'bench'
const userArn = `arn:aws:iam::${place.accountId}:user/${userName}`
const statement = (principal: string) => ({ Effect: 'Allow', Principal: { AWS: principal }, Action: 'kms:Encrypt', Resource: '*' })
const policyOf = (...statements: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })

interface Population {
  /** Other keys, each with a statement on the same user. */
  readonly others: number
  /** On the other keys, to the same user. */
  readonly grants: number
  /** What lets the user encrypt with the measured key. */
  readonly by: 'statement' | 'grant'
}

type Key = Awaited<ReturnType<typeof stageKey>>

interface Filling {
  readonly ground: TestGround
  readonly userId: string
}

const keyWith = async ({ ground: { context }, userId }: Filling, call: Call, policy: string): Promise<Key> =>
  stageKey(context, call, {
    ...place,
    policy,
    bound: { [userArn]: userId },
    id: context.ground.random.uuid(),
    manager: 'account',
    spec: 'SYMMETRIC_DEFAULT',
    usage: 'ENCRYPT_DECRYPT',
    origin: 'generated',
    description: '',
    tags: [],
    multiRegion: false,
  })

function grantOn({ ground: { context } }: Filling, call: Call, { value: { id: keyId }, compartment }: Key): void {
  const id = context.ground.random.bytes(32).toHex()
  const given = { grantee: userArn, issuingAccount: accountArn(place.accountId), operations: ['Encrypt'] }
  context.keyGrants.create(call, compartment, { path: [keyId, id], value: { id, keyId, name: '', createdAt: call.at, ...given } })
}

async function fillWithOthers(filling: Filling, { others, grants }: Population): Promise<void> {
  const { ground } = filling
  const keys: Key[] = []
  await inBatches(others, async count =>
    ground.run(system, async call => {
      for (let at = 0; at < count; at += 1)
        keys.push(await keyWith(filling, call, policyOf({ ...statement(userArn), Sid: `s${keys.length}` })))
    }),
  )
  let given = 0
  await inBatches(grants, async count =>
    ground.run(system, async call => {
      for (let at = 0; at < count; at += 1, given += 1) {
        const other = keys[given % keys.length]
        if (other !== undefined) grantOn(filling, call, other)
      }
    }),
  )
}

/** A world so filled; answers what decides so many times in it. */
async function peopled(population: Population): Promise<(calls: number) => Promise<void>> {
  const ground = await testGround()
  const { context } = ground
  await testAccount(ground, place.accountId)
  const { userId } = await testUser(ground, { accountId: place.accountId, name: userName })
  const filling = { ground, userId }
  const byGrant = population.by === 'grant'
  const named = byGrant ? accountArn('444455556666') : userArn
  const own = await ground.run(system, async call => keyWith(filling, call, policyOf(statement(named))))
  if (byGrant) await ground.run(system, async call => Promise.resolve(grantOn(filling, call, own)))
  await fillWithOthers(filling, population)
  return async calls =>
    ground.run(userOf(userId), async call => {
      for (let at = 0; at < calls; at += 1) {
        const key = await accountKeyById(context, call, { ...place, id: own.value.id })
        if (key === undefined) throw new Error('the key is gone')
        await permitKey(context, call, { key, permission: 'accountKey.encrypt' })
      }
    })
}

const userOf = (userId: string): Principal => ({
  id: userId,
  kind: 'awsUser',
  tenant: place.accountId,
  acting: {
    accountId: place.accountId,
    kind: 'user',
    arn: userArn,
    userId,
    name: userName,
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    sessionPolicies: [],
    tags: {},
  },
})

async function inBatches(total: number, work: (count: number) => Promise<void>): Promise<void> {
  for (let done = 0; done < total; done += perCall) await work(Math.min(perCall, total - done))
}

/** Microseconds a decision in each of two worlds, of all threads of this process: in turn, medians of samples. */
async function costs(few: Population, many: Population): Promise<{ readonly few: number; readonly many: number }> {
  const worlds = [await peopled(few), await peopled(many)]
  const times: readonly number[][] = worlds.map(() => [])
  for (let sample = -1; sample < samples; sample += 1)
    for (const [at, decide] of worlds.entries()) {
      const before = process.cpuUsage()
      await decide(callsPerSample)
      const { user, system: ofSystem } = process.cpuUsage(before)
      if (sample >= 0) times[at]?.push((user + ofSystem) / callsPerSample)
    }
  const [ofFew = [], ofMany = []] = times
  return { few: median(ofFew), many: median(ofMany) }
}

console.log(
  JSON.stringify({
    statements: await costs({ others: 1, grants: 0, by: 'statement' }, { others: 1_000, grants: 0, by: 'statement' }),
    grants: await costs({ others: 10, grants: 10, by: 'grant' }, { others: 10, grants: 10_000, by: 'grant' }),
  }),
)
process.exit(0)
