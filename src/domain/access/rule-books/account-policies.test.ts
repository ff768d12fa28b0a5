import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { millis } from '#model/brands.ts'
import type { Principal } from '#model/principal.ts'
import type { Permission } from '#domain/access/permissions.ts'
import { hiddenBecause } from './account-policies.ts'
import {
  abroad,
  accountWorld,
  asRoot,
  asSession,
  asUser,
  home,
  keyArn,
  policyOf,
  questionOf,
  rootOf,
  type AccountWorld,
  type AskedOfKey,
} from './account-testing.ts'

const allow = (action: string | readonly string[], more: object = {}) => ({ Effect: 'Allow', Action: action, Resource: '*', ...more })
const deny = (action: string, more: object = {}) => ({ ...allow(action, more), Effect: 'Deny' })
const to = (arn: string) => ({ Principal: arn === '*' ? '*' : { AWS: arn } })
const accountStatement = allow('kms:*', to(rootOf(home)))

/** `true`, or the second half of the refusal. */
function asked(
  world: AccountWorld,
  who: Principal,
  asking: AskedOfKey & { readonly permission?: Permission; readonly at?: number },
): true | string {
  const { permission = 'accountKey.encrypt', at, ...key } = asking
  const ruling = world.policies.book({ ...questionOf(who, permission, key), ...(at !== undefined && { at: millis(at) }) })
  assert.ok(ruling)
  return ruling.allowed ? true : ruling.because
}
const no = (kind: string, action = 'kms:Encrypt'): string => `because no ${kind} allows the ${action} action`
const explicit = (kind: string): string => `with an explicit deny in ${kind}`

const inline = (...statements: readonly object[]) => ({ inlinePolicies: { own: policyOf(statements) } })
const user = (world: AccountWorld, ...statements: readonly object[]) =>
  world.user({ name: 'u', accountId: home, ...(statements.length > 0 && inline(...statements)) })

describe('the rule book of accounts', () => {
  test('answers nobody who acts in no account, and whoever does only of what stands in one', () => {
    const { policies } = accountWorld()
    const question = questionOf(asRoot(home), 'accountKey.encrypt', { policy: [accountStatement] })
    assert.equal(policies.book({ ...question, who: { id: home, kind: 'application', tenant: home } }), undefined)
    const { owned: _, ...elsewhere } = question
    assert.deepEqual(policies.book(elsewhere), { allowed: false, because: 'no-rule-book' })
    assert.deepEqual(policies.book({ ...question, permission: 'key.encrypt' }), { allowed: false, because: 'no-rule-book' })
  })

  test('a key is its policy: without the statement for its account, policies of principals count for nothing, not even of the root', () => {
    const world = accountWorld()
    const me = user(world, allow('kms:*'))
    const other = world.user({ name: 'other', accountId: home })
    const policy = [allow('kms:*', to('arn:aws:iam::111122223333:user/other'))]
    assert.equal(asked(world, asUser(me), { policy }), no('resource-based policy'))
    assert.equal(asked(world, asRoot(home), { policy }), no('resource-based policy'))
    assert.equal(asked(world, asUser(other), { policy }), true)
    assert.equal(asked(world, asUser(me), { policy: [accountStatement] }), true)
    assert.equal(asked(world, asRoot(home), { policy: [accountStatement] }), true)
    assert.equal(asked(world, asUser(other), { policy: [accountStatement] }), no('identity-based policy'))
    assert.equal(asked(world, asUser(me), { policy: [allow('kms:Decrypt', to(rootOf(home)))] }), no('resource-based policy'))
    assert.equal(asked(world, asUser(me), { policy: [allow('kms:Encrypt', to(home))] }), true, 'the bare number')
  })

  test('a session of a user has shown no second factor, and says so; a key of a user says nothing of it', () => {
    const world = accountWorld()
    const me = asUser(user(world, allow('kms:*'), deny('kms:*', { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'false' } } })))
    assert.ok(me.acting)
    assert.equal(asked(world, me, { policy: [accountStatement] }), true)
    const session = { ...me, acting: { ...me.acting, issuedAt: millis(0) } }
    assert.equal(asked(world, session, { policy: [accountStatement] }), explicit('an identity-based policy'))
  })

  test('a denial wins wherever it stands, and says where', () => {
    const world = accountWorld()
    const boundary = world.managed('boundary', [allow('*'), deny('kms:Encrypt')])
    const denied = user(world, allow('kms:*'), deny('kms:Encrypt'))
    assert.equal(asked(world, asUser(denied), { policy: [allow('kms:*', to('*'))] }), explicit('an identity-based policy'))
    const me = user(world, allow('kms:*'))
    assert.equal(asked(world, asUser(me), { policy: [accountStatement, deny('kms:*', to('*'))] }), explicit('a resource-based policy'))
    const bounded = world.user({ name: 'b', accountId: home, boundary, ...inline(allow('*')) })
    assert.equal(asked(world, asUser(bounded), { policy: [accountStatement] }), explicit('a permissions boundary'))
    const role = world.role({ name: 'r', accountId: home, ...inline(allow('*')) })
    const session = asSession(role, { sessionPolicies: [policyOf([allow('*'), deny('kms:Encrypt')])] })
    assert.equal(asked(world, session, { policy: [accountStatement] }), explicit('a session policy'))
    const grants = [{ id: 'g', grantee: `arn:aws:iam::${home}:user/u`, operations: ['Encrypt'] }]
    const refused = asked(world, asUser(me), { policy: [accountStatement, deny('kms:Encrypt', to(`arn:aws:iam::${home}:user/u`))], grants })
    assert.equal(refused, explicit('a resource-based policy'), 'no grant overrides it')
  })

  test('policies are inline, attached, and of groups; who is in no group has nothing of it', () => {
    const world = accountWorld()
    const attached = world.user({ name: 'a', accountId: home, attachedPolicies: [world.managed('use', [allow('kms:Encrypt')])] })
    const member = world.user({ name: 'Member', accountId: home })
    const stranger = world.user({ name: 'member', accountId: abroad })
    const group = { name: 'g', accountId: home, members: ['member'], ...inline(allow('kms:Encrypt')) }
    world.group(group)
    const policy = [accountStatement, allow('kms:Encrypt', to(rootOf(abroad)))]
    assert.equal(asked(world, asUser(attached), { policy }), true)
    assert.equal(asked(world, asUser(member), { policy }), true)
    assert.equal(asked(world, asUser(stranger), { policy }), no('identity-based policy'), 'a namesake of another account')
    world.group({ ...group, members: [] })
    assert.equal(asked(world, asUser(member), { policy }), no('identity-based policy'))
    assert.equal(
      asked(world, asUser(world.user({ name: 'x', accountId: home, attachedPolicies: ['arn:aws:iam::aws:policy/Gone'] })), { policy }),
      no('identity-based policy'),
    )
  })

  test('a boundary and a session policy limit what the account and the role are given, not what the user and the session are', () => {
    const world = accountWorld()
    const boundary = world.managed('boundary', [allow('kms:Decrypt')])
    const me = world.user({ name: 'u', accountId: home, boundary, ...inline(allow('kms:*')) })
    assert.equal(asked(world, asUser(me), { policy: [accountStatement] }), no('permissions boundary'))
    assert.equal(asked(world, asUser(me), { policy: [accountStatement], permission: 'accountKey.decrypt' }), true)
    assert.equal(asked(world, asUser(me), { policy: [allow('kms:Encrypt', to(`arn:aws:iam::${home}:user/u`))] }), true)
    assert.equal(asked(world, asUser(me), { policy: [allow('kms:Encrypt', to('*'))] }), true)
    const role = world.role({ name: 'r', accountId: home, ...inline(allow('kms:*')) })
    const narrow = asSession(role, { sessionPolicies: [policyOf([allow('kms:Decrypt')]), policyOf([allow('kms:Sign')])] })
    const roleStatement = allow('kms:*', to(`arn:aws:iam::${home}:role/r`))
    assert.equal(asked(world, narrow, { policy: [accountStatement] }), no('session policy'))
    assert.equal(asked(world, narrow, { policy: [roleStatement] }), no('session policy'))
    assert.equal(asked(world, asSession(role), { policy: [roleStatement] }), true)
    for (const permission of ['accountKey.decrypt', 'accountKey.sign'] as const)
      assert.equal(asked(world, narrow, { policy: [roleStatement], permission }), true, 'one of its policies is enough')
    assert.equal(asked(world, narrow, { policy: [allow('kms:*', to(`arn:aws:sts::${home}:assumed-role/r/session`))] }), true)
    assert.equal(
      asked(world, narrow, { policy: [allow('kms:*', to(`arn:aws:sts::${home}:assumed-role/r/other`))] }),
      no('resource-based policy'),
    )
    const gone = world.user({ name: 'v', accountId: home, boundary: 'arn:aws:iam::aws:policy/Gone', ...inline(allow('kms:*')) })
    assert.equal(asked(world, asUser(gone), { policy: [accountStatement] }), no('permissions boundary'), 'a boundary that is gone')
  })

  test('another account needs both: the key opens to it, and its own policies to its principal', () => {
    const world = accountWorld()
    const able = world.user({ name: 'u', accountId: abroad, ...inline(allow('kms:*')) })
    const other = world.user({ name: 'v', accountId: abroad })
    const open = [accountStatement, allow('kms:*', to(rootOf(abroad)))]
    assert.equal(asked(world, asUser(able), { policy: [accountStatement] }), hiddenBecause)
    const denied = { policy: [...open, deny('kms:*', to('*'))] }
    assert.equal(asked(world, asUser(able), denied), hiddenBecause, 'that it is there, and forbidden, is not told')
    assert.equal(asked(world, asUser(able), { policy: open }), true)
    assert.equal(asked(world, asUser(other), { policy: open }), no('identity-based policy'))
    assert.equal(asked(world, asRoot(abroad), { policy: open }), true)
    assert.equal(
      asked(world, asUser(other), { policy: [allow('kms:*', to(`arn:aws:iam::${abroad}:user/v`))] }),
      no('identity-based policy'),
    )
    assert.equal(asked(world, asUser(able), { policy: [allow('kms:*', to('*'))] }), true)
    const disabling = { policy: open, permission: 'accountKey.disable' } as const
    assert.equal(asked(world, asUser(able), disabling), hiddenBecause, 'management stays at home')
    assert.equal(asked(world, asRoot(abroad), disabling), hiddenBecause)
    const elsewhere = { kind: 'account', account: home, arn: '*', permission: 'accountKey.list' } as const
    assert.equal(asked(world, asUser(able), elsewhere), no('resource-based policy', 'kms:ListKeys'))
  })

  test('a grant gives what it names to whom it names, under its constraints', () => {
    const world = accountWorld()
    const me = world.user({ name: 'u', accountId: home })
    const other = world.user({ name: 'v', accountId: abroad })
    const role = world.role({ name: 'r', accountId: home })
    const policy = [accountStatement]
    const give = (grantee: string, more: object = {}) => ({
      policy,
      grants: [{ id: 'g', grantee, operations: ['Encrypt', 'DescribeKey', 'CreateGrant'], ...more }],
    })
    assert.equal(asked(world, asUser(me), give(`arn:aws:iam::${home}:user/u`)), true)
    assert.equal(
      asked(world, asUser(me), { ...give(`arn:aws:iam::${home}:user/u`), permission: 'accountKey.decrypt' }),
      no('identity-based policy', 'kms:Decrypt'),
    )
    assert.equal(asked(world, asUser(other), give(`arn:aws:iam::${abroad}:user/v`)), true, 'across accounts')
    assert.equal(asked(world, asUser(other), give(`arn:aws:iam::${home}:user/u`)), hiddenBecause)
    assert.equal(
      asked(world, asUser(me), give(rootOf(home))),
      no('identity-based policy'),
      'to the account, and none of its policies passes it on',
    )
    assert.equal(asked(world, asUser(me), give(me.value.id)), true, 'by its unique id')
    assert.equal(asked(world, asSession(role), give(`arn:aws:iam::${home}:role/r`)), true)
    assert.equal(
      asked(world, asSession(role, { sessionPolicies: [policyOf([allow('kms:Sign')])] }), give(`arn:aws:iam::${home}:role/r`)),
      no('session policy'),
    )
    const limited = (constraints: object) => give(`arn:aws:iam::${home}:user/u`, { constraints })
    const context = { dept: 'hr', Env: 'prod' }
    for (const [constraints, allowed] of [
      [{ subset: { dept: 'hr' } }, true],
      [{ subset: { Dept: 'hr' } }, false],
      [{ subset: { dept: 'HR' } }, false],
      [{ equals: { dept: 'hr', Env: 'prod' } }, true],
      [{ equals: { dept: 'hr' } }, false],
      [{ subset: { toString: 'x' } }, false],
    ] as const) {
      assert.equal(
        asked(world, asUser(me), { ...limited(constraints), encryptionContext: context }) === true,
        allowed,
        JSON.stringify(constraints),
      )
      assert.equal(
        asked(world, asUser(me), { ...limited(constraints), permission: 'accountKey.describe' }),
        true,
        'where there is no context',
      )
    }
    const source = limited({ sourceArn: 'arn:aws:s3:::b' })
    assert.equal(asked(world, asUser(me), source), no('identity-based policy'))
    assert.equal(asked(world, asUser(me), { ...source, said: { 'aws:sourcearn': 'arn:aws:s3:::b' } }), true)
  })

  test('whoever gives on by a grant gives no more than it has', () => {
    const world = accountWorld()
    const me = world.user({ name: 'u', accountId: home })
    const parent = { id: 'g', grantee: me.value.id, operations: ['CreateGrant', 'Encrypt'], constraints: { subset: { a: '1' } } }
    for (const [child, allowed] of [
      [{ operations: ['Encrypt'], constraints: { subset: { a: '1' } } }, true],
      [{ operations: ['Encrypt'], constraints: { subset: { a: '1', b: '2' } } }, true],
      [{ operations: ['Encrypt'], constraints: { equals: { a: '1' } } }, true],
      [{ operations: ['Encrypt'], constraints: { subset: { b: '2' } } }, false],
      [{ operations: ['Encrypt'] }, false],
      [{ operations: ['Encrypt', 'Decrypt'], constraints: { subset: { a: '1' } } }, false],
      [undefined, false],
    ] as const) {
      const ruled = asked(world, asUser(me), {
        policy: [accountStatement],
        permission: 'keyGrant.create',
        grants: [parent],
        ...(child && { child }),
      })
      assert.equal(ruled === true, allowed, JSON.stringify(child))
    }
  })

  test('who is gone has no rights; another one of the name has not those of the first', () => {
    const world = accountWorld()
    const first = world.user({ name: 'u', accountId: home })
    const arn = `arn:aws:iam::${home}:user/u`
    const policy = [accountStatement, allow('kms:Encrypt', to(arn))]
    const bound = { [arn]: first.value.id }
    assert.equal(asked(world, asUser(first), { policy, bound }), true)
    world.dropUser(first)
    assert.equal(asked(world, asUser(first), { policy, bound }), no('identity-based policy'), 'a key that outlived its user')
    const second = world.user({ name: 'u', accountId: home })
    assert.equal(asked(world, asUser(second), { policy, bound }), no('identity-based policy'))
    assert.equal(
      asked(world, asUser(second), { policy: [accountStatement, allow('kms:Encrypt', to(first.value.id))] }),
      no('identity-based policy'),
    )
    assert.equal(asked(world, asUser(second), { policy: [allow('kms:Encrypt', to(second.value.id))] }), true)
    const role = world.role({ name: 'r', accountId: home })
    const ofRole = {
      policy: [allow('kms:*', to(`arn:aws:iam::${home}:role/r`)), allow('kms:*', to(`arn:aws:sts::${home}:assumed-role/r/session`))],
    }
    const was = { [`arn:aws:iam::${home}:role/r`]: role.value.id, [`arn:aws:sts::${home}:assumed-role/r/session`]: role.value.id }
    assert.equal(asked(world, asSession(role), { ...ofRole, bound: was }), true)
    world.dropRole(role)
    assert.equal(asked(world, asSession(role), { ...ofRole, bound: was }), no('identity-based policy'))
    assert.equal(
      asked(world, asSession(world.role({ name: 'r', accountId: home })), { ...ofRole, bound: was }),
      no('resource-based policy'),
    )
  })

  test('a statement on all but some passes by those whose account and self it names, and nobody with a boundary', () => {
    const world = accountWorld()
    const me = user(world, allow('kms:*'))
    const but = (...names: readonly string[]) => [accountStatement, { ...deny('kms:Encrypt'), NotPrincipal: { AWS: names } }]
    const arn = `arn:aws:iam::${home}:user/u`
    assert.equal(asked(world, asUser(me), { policy: but(arn, rootOf(home)) }), true)
    assert.equal(asked(world, asUser(me), { policy: but(arn) }), explicit('a resource-based policy'), 'its account is denied')
    assert.equal(asked(world, asUser(me), { policy: but(rootOf(home)) }), explicit('a resource-based policy'))
    assert.equal(asked(world, asRoot(home), { policy: but(rootOf(home)) }), true)
    const bounded = world.user({ name: 'u', accountId: home, boundary: world.managed('all', [allow('*')]), ...inline(allow('kms:*')) })
    assert.equal(asked(world, asUser(bounded), { policy: [accountStatement] }), true)
    assert.equal(asked(world, asUser(bounded), { policy: but(arn, rootOf(home)) }), explicit('a resource-based policy'))
  })

  test('of buckets and of the account a policy of its principals is enough; a bucket may be given by its own too', () => {
    const world = accountWorld()
    const object = { kind: 'bucket', arn: 'arn:aws:s3:::b/k' } as const
    const me = user(world, allow('s3:*'))
    const none = world.user({ name: 'n', accountId: home })
    const theirs = world.user({ name: 't', accountId: abroad, ...inline(allow('s3:*')) })
    const permission = 'accountKey.encrypt' // any word: what is asked is the kind of thing
    const able = user(world, allow('kms:Encrypt'))
    assert.equal(asked(world, asUser(able), { ...object, permission }), true)
    assert.equal(
      asked(world, asUser(me), { kind: 'account', arn: '*', permission: 'accountKey.list' }),
      no('identity-based policy', 'kms:ListKeys'),
    )
    assert.equal(asked(world, asRoot(home), { kind: 'account', arn: '*', permission: 'accountKey.list' }), true)
    assert.equal(asked(world, asUser(none), object), no('identity-based policy'))
    assert.equal(asked(world, asUser(theirs), object), no('resource-based policy'))
  })

  test('a role is had by whom its trust policy names: users, services by their name, and whom an issuer vouches for by the issuer', () => {
    const world = accountWorld()
    const provider = `arn:aws:iam::${home}:oidc-provider/login.example/v2.0`
    const as = (kind: 'service' | 'federated', arn: string): Principal => {
      const root = asRoot(home)
      assert.ok(root.acting)
      return { ...root, acting: { ...root.acting, kind, arn, userId: arn } }
    }
    const trusting = (principal: unknown, effect = 'Allow') => ({ Effect: effect, Principal: principal, Action: 'sts:*' })
    const role = { kind: 'role', arn: `arn:aws:iam::${home}:role/r`, permission: 'accountSession.assumeRole' } as const
    const none = no('resource-based policy', 'sts:AssumeRole')
    const me = user(world)
    assert.equal(
      asked(world, asUser(me), { ...role, policy: [trusting({ AWS: `arn:aws:iam::${home}:user/u` })] }),
      true,
      'named, and no policy of its own',
    )
    assert.equal(asked(world, asUser(me), { ...role, policy: [trusting({ AWS: home })] }), no('identity-based policy', 'sts:AssumeRole'))
    assert.equal(asked(world, asUser(me), { ...role, policy: [trusting({ Service: 'ec2.amazonaws.com' })] }), none)
    for (const [who, named, others] of [
      [as('service', 'ec2.amazonaws.com'), { Service: 'ec2.amazonaws.com' }, [{ Service: 's3.amazonaws.com' }, { AWS: home }, '*']],
      [
        as('federated', provider),
        { Federated: provider },
        [{ Federated: `${provider}x` }, { Service: 'ec2.amazonaws.com' }, { AWS: home }, '*'],
      ],
    ] as const) {
      assert.equal(asked(world, who, { ...role, policy: [trusting(named)] }), true)
      for (const other of others) assert.equal(asked(world, who, { ...role, policy: [trusting(other)] }), none, JSON.stringify(other))
      assert.equal(asked(world, who, { ...role, policy: [trusting(named), trusting('*', 'Deny')] }), explicit('a resource-based policy'))
    }
  })

  test('a policy that cannot be read allows nothing, whatever others say', () => {
    const world = accountWorld()
    const me = world.user({ name: 'u', accountId: home, inlinePolicies: { good: policyOf([allow('kms:*')]), bad: '{' } })
    assert.equal(asked(world, asUser(me), { policy: [allow('kms:*', to('*'))] }), no('identity-based policy'))
  })

  test("facts of the principal, the place and the time are the rule book's own, whatever a request says", () => {
    const world = accountWorld()
    const role = world.role({ name: 'r', path: '/team/', accountId: home, tags: { Team: 'red' } })
    const issuedAt = millis(Date.UTC(2026, 10, 26))
    const session = asSession(role, { issuedAt, via: 's3' })
    const me = user(world)
    const said = { 'aws:principalarn': 'arn:aws:iam::999999999999:user/liar', 'aws:principaltag/team': 'blue', 'kms:viaservice': 'liar' }
    const when = (condition: object) => ({ policy: [allow('kms:*', { ...to('*'), Condition: condition })], said, at: issuedAt + 1_000 })
    for (const [who, condition, holds] of [
      [session, { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${home}:role/team/r` } }, true],
      [session, { StringEquals: { 'aws:PrincipalTag/team': 'red' } }, true],
      [session, { StringEquals: { 'aws:userid': `${role.value.id}:session` } }, true],
      [session, { Null: { 'aws:username': 'true' } }, true],
      [session, { StringEquals: { 'aws:PrincipalType': 'AssumedRole', 'aws:PrincipalAccount': home } }, true],
      [session, { StringEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com', 'kms:CallerAccount': home } }, true],
      [session, { 'ForAnyValue:StringEquals': { 'aws:CalledVia': 's3.amazonaws.com' } }, true],
      [session, { Bool: { 'aws:MultiFactorAuthPresent': 'false', 'aws:SecureTransport': 'true', 'aws:ViaAWSService': 'true' } }, true],
      [session, { DateEquals: { 'aws:TokenIssueTime': '2026-11-26T00:00:00Z' } }, true],
      [
        session,
        {
          DateGreaterThan: { 'aws:CurrentTime': '2026-11-26T00:00:00Z' },
          NumericEquals: { 'aws:EpochTime': String(issuedAt / 1_000 + 1) },
        },
        true,
      ],
      [session, { StringEquals: { 'aws:RequestedRegion': 'eu-central-1', 'aws:ResourceAccount': home } }, true],
      [asUser(me), { StringEquals: { 'aws:username': 'u', 'aws:userid': me.value.id, 'aws:PrincipalType': 'User' } }, true],
      [asUser(me), { Bool: { 'aws:MultiFactorAuthPresent': 'false' } }, false],
      [asUser(me), { StringLike: { 'kms:ViaService': '*' } }, false],
      [asRoot(home), { ArnEquals: { 'aws:PrincipalArn': rootOf(home) }, StringEquals: { 'aws:PrincipalType': 'Account' } }, true],
    ] as const)
      assert.equal(asked(world, who, when(condition)) === true, holds, JSON.stringify(condition))
  })

  test('looks at what bears on the request: documents of other principals are not among what is weighed', () => {
    const world = accountWorld()
    const me = user(world, allow('kms:Encrypt', { Resource: keyArn }))
    for (let at = 0; at < 2_000; at += 1) world.user({ name: `x${at}`, accountId: home, ...inline(allow('kms:*')) })
    const question = questionOf(asUser(me), 'accountKey.encrypt', { policy: [accountStatement] })
    assert.equal(world.policies.book(question)?.allowed, true)
    const weighed = world.policies.considered(question)
    assert.equal(weighed.length, 2, 'the statement of the account in the key, and one of the caller')
    assert(weighed.every(({ document }) => !document.includes('user x')))
  })
})
