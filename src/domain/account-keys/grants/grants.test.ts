import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { system, type Principal } from '#model/principal.ts'
import { Problem, type ProblemCode } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { accountGround, accountId, region, rootOf, type AccountGround } from '#domain/account-keys/testing.ts'
import { createGrant } from './create-grant.ts'
import { retireGrant, retiring, revokeGrant } from './end-grant.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { grantNamed, requireGrant } from './find-grant.ts'
import { grantFacts, type GrantRequest } from './grant-request.ts'
import { assertGrantTokens, openGrantToken } from './grant-token.ts'
import { grantsFor } from './grants-for.ts'
import { listGrants, listRetirableGrants } from './list-grants.ts'
import { ownedRegion } from '#domain/account-keys/permit-account-key.ts'

const other = '444455556666'
const alice = `arn:aws:iam::${accountId}:user/team/alice`
const bob = `arn:aws:iam::${accountId}:user/bob`
const role = `arn:aws:iam::${other}:role/ci`

const problem =
  (code: ProblemCode, saying = /(?:)/) =>
  (error: unknown) =>
    error instanceof Problem && error.body.code === code && saying.test(JSON.stringify(error.body.details ?? ''))

async function peopled(): Promise<AccountGround> {
  const ground = await accountGround()
  const { context } = ground
  const compartmentFor = async (call: Call, id: string) =>
    (await context.accounts.get(call, context.instance.installation, [id]))?.value.compartment ?? assert.fail('an account')
  await ground.run(system, async call => {
    const entity = { createdAt: call.at, tags: {}, inlinePolicies: {}, attachedPolicies: [] }
    for (const [name, path, id] of [
      ['alice', '/team/', 'AIDAALICE'],
      ['bob', '/', 'AIDABOB'],
    ] as const)
      context.accountUsers.create(call, await compartmentFor(call, accountId), {
        path: [name],
        value: { ...entity, accountId, id, name, path },
      })
    const trust = { trustPolicy: '{}', trusted: {}, maxSessionSeconds: 3_600 }
    context.accountRoles.create(call, await compartmentFor(call, other), {
      path: ['ci'],
      value: { ...entity, ...trust, accountId: other, id: 'AROACI', name: 'ci', path: '/' },
    })
  })
  return ground
}

const user = (arn: string, userId: string): Principal => rootOf(accountId, { kind: 'user', arn, userId, name: arn.split('/').at(-1) ?? '' })
const session = (name: string, id = 'AROACI'): Principal =>
  rootOf(other, { kind: 'session', arn: `arn:aws:sts::${other}:assumed-role/ci/${name}`, userId: `${id}:${name}`, role: { id, arn: role } })

const giving = ({ context, as, ...ground }: AccountGround, key: HeldAccountKey) => ({
  give: async (request: Partial<GrantRequest> & { readonly dryRun?: boolean } = {}, who?: Principal) =>
    as(async call => {
      const permit = await ground.permitOf(call, 'keyGrant.create', key)
      return createGrant(context, call, { permit, key, operations: ['Decrypt'], grantee: alice, ...request })
    }, who),
  list: async (more: { readonly grantId?: string; readonly grantee?: string; readonly limit?: number } = {}) =>
    as(async call =>
      listGrants(context, call, { permit: await ground.permitOf(call, 'keyGrant.list', key), key, after: -1, limit: 50, ...more }),
    ),
  revoke: async (grantId: string, dryRun = false) =>
    as(async call => revokeGrant(context, call, { permit: await ground.permitOf(call, 'keyGrant.revoke', key), key, grantId, dryRun })),
  of: async (who: Principal) => as(async call => grantsFor(context, call, key), who),
})

describe('a grant', () => {
  test('is there for its grantee from the answer on, and from the answer to its end no more', async () => {
    const ground = await peopled()
    const { give, revoke, of } = giving(ground, await ground.addKey())
    assert.deepEqual(await of(user(alice, 'AIDAALICE')), [])
    const { grantId } = await give({ constraints: { subset: { a: '1' } } })
    assert.match(grantId, /^[0-9a-f]{64}$/)
    const given = [{ id: grantId, grantee: alice, operations: ['Decrypt'], constraints: { subset: { a: '1' } } }]
    assert.deepEqual(await of(user(alice, 'AIDAALICE')), given)
    assert.deepEqual(await of(user(bob, 'AIDABOB')), [])
    await revoke(grantId)
    assert.deepEqual(await of(user(alice, 'AIDAALICE')), [])
    await assert.rejects(revoke(grantId), problem('AccountKeyNotFound', /Grant ID/))
    await assert.rejects(revoke('nonsense'), problem('GrantIdInvalid'))
  })

  test('is to the one who had the name then: another user of that name has nothing of it', async () => {
    const ground = await peopled()
    const { give, of } = giving(ground, await ground.addKey())
    await give()
    assert.equal((await of(user(alice, 'AIDAALICE'))).length, 1)
    assert.deepEqual(await of(user(alice, 'AIDAALICE2')), [])
    await give({ grantee: role })
    assert.equal((await of(session('s'))).length, 1)
    assert.deepEqual(await of(session('s', 'AROACI2')), [])
  })

  test('to a role reaches its sessions, to a session that one, to an account all of it, across accounts too', async () => {
    const ground = await peopled()
    const { give, of } = giving(ground, await ground.addKey())
    const sessionArn = `arn:aws:sts::${other}:assumed-role/ci/one`
    await give({ grantee: role, operations: ['Encrypt'] })
    await give({ grantee: sessionArn, operations: ['Decrypt'] })
    await give({ grantee: other, operations: ['DescribeKey'] })
    const granted = async (who: Principal) =>
      (await of(who)).map(({ operations }) => operations[0]).toSorted((one = '', two = '') => one.localeCompare(two))
    assert.deepEqual(await granted(session('one')), ['Decrypt', 'DescribeKey', 'Encrypt'])
    assert.deepEqual(await granted(session('two')), ['DescribeKey', 'Encrypt'])
    assert.deepEqual(await granted(rootOf(other)), ['DescribeKey'])
    assert.deepEqual(await granted(user(alice, 'AIDAALICE')), [])
  })

  test('on another key, or for others, is not even read', async () => {
    const ground = await peopled()
    const [key, elsewhere] = [await ground.addKey(), await ground.addKey()]
    const readBy = async () =>
      ground.as(
        async call => {
          await grantsFor(ground.context, call, key)
          return call.reads.size
        },
        user(alice, 'AIDAALICE'),
      )
    await giving(ground, key).give()
    const before = await readBy()
    for (let more = 0; more < 10; more += 1) {
      await giving(ground, elsewhere).give()
      await giving(ground, key).give({ grantee: bob })
    }
    assert.equal(await readBy(), before)
  })

  test('with a name is given once: its id stays, its tokens differ, and any of them is of it', async () => {
    const ground = await peopled()
    const key = await ground.addKey()
    const { give, list } = giving(ground, key)
    const [one, again] = [
      await give({ name: 'once', operations: ['Decrypt', 'Encrypt'] }),
      await give({ name: 'once', operations: ['Encrypt', 'Decrypt'] }),
    ]
    assert.equal(again.grantId, one.grantId)
    assert.notEqual(again.token, one.token)
    for (const { token } of [one, again])
      assert.deepEqual(openGrantToken(ground.context, token), { accountId, region, keyId: key.value.id, grantId: one.grantId })
    for (const different of [
      { operations: ['Encrypt'] as const },
      { grantee: bob },
      { retiring: bob },
      { constraints: { equals: { a: '1' } } },
    ])
      assert.notEqual((await give({ name: 'once', operations: ['Decrypt', 'Encrypt'], ...different })).grantId, one.grantId)
    assert.notEqual((await give()).grantId, (await give()).grantId)
    assert.equal((await list()).items.length, 7)
  })

  test('is checked as if it were given, and not given, by a dry run', async () => {
    const ground = await peopled()
    const { give, list, revoke } = giving(ground, await ground.addKey())
    await assert.rejects(give({ dryRun: true }), problem('DryRunPassed'))
    await assert.rejects(give({ dryRun: true, grantee: 'nobody' }), problem('ArnInvalid'))
    assert.deepEqual((await list()).items, [])
    const { grantId } = await give()
    await assert.rejects(revoke(grantId, true), problem('DryRunPassed'))
    assert.equal((await list()).items.length, 1)
  })
})

test('a token is this instance’s or none: no bit of it may differ', async () => {
  const ground = await peopled()
  const { token } = await giving(ground, await ground.addKey()).give()
  assertGrantTokens(ground.context, [token, token])
  const bytes = Uint8Array.fromBase64(token)
  const spoiled = [0, 1, 4, 5, 40, bytes.length - 1].map(at => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)).toBase64())
  for (const bad of ['', 'AQpAnonsense', '!', token.slice(4), bytes.subarray(0, 5).toBase64(), ...spoiled])
    assert.throws(() => assertGrantTokens(ground.context, [token, bad]), problem('GrantTokenInvalid'), bad)
})

describe('no grant is', () => {
  const bad: readonly (readonly [string, Partial<GrantRequest>, ProblemCode, RegExp?])[] = [
    ['what the key cannot do', { operations: ['Sign'] }, 'ValidationFailed', /Sign/],
    ['for nobody', { grantee: undefined }, 'ValidationFailed'],
    ['for two', { granteeService: 'ec2.amazonaws.com' }, 'ValidationFailed'],
    ['for a name', { grantee: 'nobody' }, 'ArnInvalid', /valid principal/],
    ['for a group', { grantee: `arn:aws:iam::${accountId}:group/team` }, 'ArnInvalid'],
    ['for a user who is not there', { grantee: `arn:aws:iam::${accountId}:user/ghost` }, 'ArnInvalid'],
    ['for a user elsewhere by path', { grantee: `arn:aws:iam::${accountId}:user/alice` }, 'ArnInvalid'],
    ['for a user in other letters', { grantee: `arn:aws:iam::${accountId}:user/BOB` }, 'ArnInvalid'],
    ['for an account that is not there', { grantee: 'arn:aws:iam::000000000000:root' }, 'ArnInvalid'],
    ['for a session of no role', { grantee: `arn:aws:sts::${accountId}:assumed-role/none/s` }, 'ArnInvalid'],
    ['retired by nobody known', { retiring: `arn:aws:iam::${accountId}:role/none` }, 'ArnInvalid'],
    ['retired by two', { retiring: bob, retiringService: 'ec2.amazonaws.com' }, 'ValidationFailed'],
    [
      'for a service without a source',
      { grantee: undefined, granteeService: 'ec2.amazonaws.com', retiring: bob },
      'ValidationFailed',
      /SourceArn/,
    ],
    [
      'for a service that nobody retires',
      {
        grantee: undefined,
        granteeService: 'ec2.amazonaws.com',
        constraints: { sourceArn: `arn:aws:ec2:us-east-1:${accountId}:volume/v` },
      },
      'ValidationFailed',
      /Retiring/,
    ],
    [
      'of two constraints',
      { constraints: { equals: { a: '1' }, subset: { a: '1' } } },
      'ValidationFailed',
      /More than one constraint supplied/,
    ],
    [
      'of nine pairs',
      { constraints: { subset: Object.fromEntries(Array.from('abcdefghi', name => [name, '1'])) } },
      'ValidationFailed',
      /at most 8/,
    ],
    ['of a long value', { constraints: { equals: { a: 'x'.repeat(385) } } }, 'ValidationFailed', /384/],
  ]
  for (const [what, request, code, saying] of bad)
    test(what, async () => {
      const ground = await peopled()
      const { give, list } = giving(ground, await ground.addKey())
      await assert.rejects(give(request), problem(code, saying))
      assert.deepEqual((await list()).items, [])
    })

  test('one with a context on a key that has none', async () => {
    const ground = await peopled()
    const { give } = giving(ground, await ground.addKey({ spec: 'RSA_2048' }))
    await assert.rejects(give({ constraints: { subset: { a: '1' } } }), problem('ValidationFailed', /symmetric/))
    await give({ operations: ['Decrypt', 'GetPublicKey'] })
    await assert.rejects(give({ operations: ['GenerateDataKey'] }), problem('ValidationFailed', /GenerateDataKey/))
  })
})

test('what constrains nothing is no constraint; an exact one of nothing is', async () => {
  const ground = await peopled()
  const { give, list } = giving(ground, await ground.addKey())
  await give({ constraints: {} })
  await give({ constraints: { subset: {} } })
  await give({ constraints: { equals: {}, subset: { a: '1' } } })
  await give({ constraints: { equals: {} } })
  const { items } = await list()
  assert.deepEqual(
    items.map(({ grant }) => grant.constraints),
    [undefined, undefined, { subset: { a: '1' } }, { equals: {} }],
  )
})

test('a list has pages, and is of all grants, of one, or of a grantee', async () => {
  const ground = await peopled()
  const key = await ground.addKey()
  const { give, list } = giving(ground, key)
  const ids: string[] = []
  for (const grantee of [alice, bob, alice, bob, alice]) ids.push((await give({ grantee })).grantId)
  const seen: string[] = []
  for (let after = -1; ;) {
    const page = await ground.as(async call =>
      listGrants(ground.context, call, { permit: await ground.permitOf(call, 'keyGrant.list', key), key, limit: 2, after }),
    )
    assert.ok(page.items.length <= 2)
    seen.push(...page.items.map(({ grant: value }) => value.id))
    if (page.next === undefined) break
    after = page.next
  }
  assert.deepEqual(seen, ids)
  assert.deepEqual(
    (await list({ grantee: bob })).items.map(({ grant: value }) => value.id),
    [ids[1], ids[3]],
  )
  assert.deepEqual(
    (await list({ grantId: ids[2]! })).items.map(({ grant: value }) => value.id),
    [ids[2]],
  )
  await assert.rejects(list({ grantId: 'f'.repeat(64) }), problem('GrantIdInvalid'))
})

test('whoever may retire grants finds them on keys of any account in the Region, page by page', async () => {
  const ground = await peopled()
  const { context, as } = ground
  const keys = [await ground.addKey(), await ground.addKey({ accountId: other }), await ground.addKey({ region: 'eu-west-1' })]
  for (const key of keys) for (const retiringArn of [bob, bob, alice]) await giving(ground, key).give({ retiring: retiringArn })
  const found: string[] = []
  for (let after: Awaited<ReturnType<typeof listRetirableGrants>>['next']; ;) {
    const page = await as(async call => {
      const permit = context.access.permit(call, 'keyGrant.listRetirable', ownedRegion({ accountId, region, arn: bob }))
      return listRetirableGrants(context, call, { permit, region, retiring: bob, limit: 3, after })
    })
    found.push(...page.items.map(({ grant: value }) => value.keyId))
    if (page.next === undefined) break
    after = page.next
  }
  const [own, theirs] = keys.map(({ value }) => value.id)
  assert.deepEqual(found, [own, own, theirs, theirs])
})

describe('a grant is retired', () => {
  const asked = async (ground: AccountGround, key: HeldAccountKey, what: { readonly grantId: string; readonly who: Principal }) =>
    ground.as(async call => retiring(call, key, await requireGrant(ground.context, call, { key, grantId: what.grantId })), what.who)

  test('by whom it names, by that alone: nothing else is asked but whether something forbids it', async () => {
    const ground = await peopled()
    const key = await ground.addKey()
    const { give } = giving(ground, key)
    const { grantId } = await give({ operations: ['Decrypt', 'RetireGrant'], retiring: role })
    for (const [who, grantee] of [
      [user(alice, 'AIDAALICE'), alice],
      [session('any'), role],
    ] as const) {
      const { owned } = await asked(ground, key, { grantId, who })
      assert.equal(owned?.kind, 'key')
      assert.equal(owned.policy, key.value.policy)
      assert.deepEqual(owned.grants, [{ id: grantId, grantee, operations: ['RetireGrant'] }])
    }
  })

  test('by the account that gave it, as its policies say; by nobody of the key’s own where another gave it', async () => {
    const ground = await peopled()
    const key = await ground.addKey()
    const { grantId } = await giving(ground, key).give({ operations: ['Decrypt'] }, rootOf(other))
    for (const who of [user(alice, 'AIDAALICE'), user(bob, 'AIDABOB'), rootOf(accountId), rootOf(other)]) {
      const { owned } = await asked(ground, key, { grantId, who })
      assert.deepEqual([owned?.kind, owned?.account, owned?.policy, owned?.grants], ['account', other, undefined, undefined])
    }
  })

  test('and is gone', async () => {
    const ground = await peopled()
    const { context, as } = ground
    const key = await ground.addKey()
    const { give, list, of } = giving(ground, key)
    const { grantId } = await give()
    const retire = async (dryRun: boolean) =>
      as(async (call: Call) => {
        const grant = await requireGrant(context, call, { key, grantId })
        const permit = context.access.permit(call, 'keyGrant.retire', retiring(call, key, grant))
        await retireGrant(context, call, { permit, key, grant, dryRun })
      })
    await assert.rejects(retire(true), problem('DryRunPassed'))
    await retire(false)
    assert.deepEqual((await list()).items, [])
    assert.deepEqual(await of(user(alice, 'AIDAALICE')), [])
    await assert.rejects(retire(false), problem('AccountKeyNotFound'))
  })
})

test('by the id of a grant nobody learns whether a key of another account is there', async () => {
  const ground = await peopled()
  const key = await ground.addKey({ accountId: other })
  const arn = keyArn(key.value)
  const answers = [arn, arn.replace(key.value.id, '00000000-0000-4000-8000-000000000000')].map(async keyId =>
    ground
      .as(async call => grantNamed(ground.context, call, { region, keyId, grantId: 'a'.repeat(64) }))
      .then(
        () => assert.fail('found'),
        (error: unknown) => (error instanceof Problem ? error.body.code : error),
      ),
  )
  assert.deepEqual(await Promise.all(answers), ['AccountKeyHidden', 'AccountKeyHidden'])
})

test('a key has no more than fifty thousand grants where quotas are in force', async () => {
  const ground = await peopled()
  const key = await ground.addKey()
  const throttled: AccountGround = { ...ground, context: { ...ground.context, instance: { ...ground.context.instance, throttle: true } } }
  const { give, revoke } = giving(throttled, key)
  const { grantId } = await give()
  await ground.as(async call => {
    const tally = await ground.context.grantTallies.get(call, key.compartment, [key.value.id])
    assert.equal(tally?.value.grants, 1)
    ground.context.grantTallies.update(call, tally, { ...tally.value, grants: 50_000 })
  })
  await assert.rejects(give(), problem('LimitExceeded'))
  await giving(ground, key).give()
  await revoke(grantId)
  await assert.rejects(give(), problem('LimitExceeded'))
})

test('policies may ask what is to be granted to whom', () => {
  const facts = grantFacts({ operations: ['Decrypt', 'Encrypt'], grantee: alice, retiring: bob, constraints: { subset: { Team: 'red' } } })
  assert.deepEqual(facts('kms:grantoperations'), ['Decrypt', 'Encrypt'])
  assert.equal(facts('kms:granteeprincipal'), alice)
  assert.equal(facts('kms:retiringprincipal'), bob)
  assert.equal(facts('kms:grantconstrainttype'), 'EncryptionContextSubset')
  assert.deepEqual(facts('kms:encryptioncontextkeys'), ['Team'])
  assert.equal(facts('kms:encryptioncontext:team'), 'red')
  assert.equal(facts('constructor'), undefined)
})
