import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Problem } from '#model/problem.ts'
import type { Principal } from '#model/principal.ts'
import { abroad, accountWorld, asRoot, asUser, home, keyArn, policyOf, rootOf } from '#domain/access/rule-books/account-testing.ts'
import { beginCall, keepsake } from '#domain/call.ts'
import { millis, seq } from '#model/brands.ts'
import { checkedKeyPolicy, keyPolicyToday } from './checked-key-policy.ts'

const callOf = (who: Principal) =>
  beginCall({
    source: { requestId: 'r', plane: 'kms', sourceIp: '127.0.0.1' },
    at: millis(0),
    decidedAt: seq(0),
    operation: 'PutKeyPolicy',
    resource: keyArn,
    who,
    keepsake: keepsake(),
  })
const allow = (action: string, principal: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Principal: principal,
  Action: action,
  Resource: '*',
  ...more,
})
const aws = (...names: readonly string[]) => ({ AWS: names })
const userArn = `arn:aws:iam::${home}:user/team/u`

function world() {
  const accounts = accountWorld()
  const user = accounts.user({ name: 'u', path: '/team/', accountId: home })
  const role = accounts.role({ name: 'r', path: '/ci/', accountId: home })
  const check = (who: Principal, text: string, bypass = false) =>
    checkedKeyPolicy({ policyBook: accounts.policies }, callOf(who), {
      text,
      owned: { account: home, arn: keyArn, facts: () => undefined },
      bypass,
    })
  /** The sentence of the refusal, or `fine`. */
  const said = (who: Principal, statements: readonly object[], bypass = false): string => {
    try {
      check(who, policyOf(statements), bypass)
      return 'fine'
    } catch (error) {
      if (error instanceof Problem && error.body.code === 'PolicyMalformed') return error.body.details.message
      throw error
    }
  }
  return { ...accounts, own: accounts, user, role, check, said, me: asUser(user) }
}

const lockedOut = 'The new key policy will not allow you to update the key policy in the future.'
const nobody = 'Policy contains a statement with one or more invalid principals.'

describe('a policy that a key is given', () => {
  test('must let whoever writes it write it again, by name or through the account, unless the writer says otherwise', () => {
    const { said, me } = world()
    const whole = allow('kms:*', aws(rootOf(home)))
    assert.equal(said(me, [whole]), 'fine', 'whatever policies of its own say')
    assert.equal(said(me, [allow('kms:Put*', aws(userArn))]), 'fine')
    assert.equal(said(me, [allow('kms:*', '*')]), 'fine')
    for (const statements of [
      [allow('kms:*', aws(rootOf(abroad)))],
      [allow('kms:Encrypt', aws(rootOf(home)))],
      [whole, { ...allow('kms:PutKeyPolicy', '*'), Effect: 'Deny' }],
      [allow('kms:*', aws(userArn), { Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } })],
    ]) {
      assert.equal(said(me, statements), lockedOut, JSON.stringify(statements))
      assert.equal(said(me, statements, true), 'fine')
    }
    assert.equal(said(asRoot(home), [allow('kms:*', aws(userArn))]), lockedOut)
  })

  test('names nobody who is not there, not even with the check of lockout left out', () => {
    const { said, me } = world()
    for (const name of [
      `arn:aws:iam::${home}:user/u`,
      `arn:aws:iam::${home}:user/team/U`,
      `arn:aws:iam::${home}:role/r`,
      '999999999999',
      'arn:aws:iam::999999999999:root',
      `arn:aws:sts::${home}:assumed-role/other/session`,
      'AIDAJQABLZS4A3QDU576Q',
    ])
      assert.equal(said(me, [allow('kms:*', aws(rootOf(home), name))], true), nobody, name)
    const service = allow('kms:*', { Service: 'logs.amazonaws.com', AWS: rootOf(home) })
    assert.equal(said(me, [service]), 'fine')
  })

  test('is shown as it was written while those whom it names are there, and then with their unique ids', () => {
    const { check, me, own, policies, user, role } = world()
    const session = `arn:aws:sts::${home}:assumed-role/r/ci-7`
    const statement = { ...allow('kms:*', aws(userArn, session, rootOf(home))), Condition: { ArnLike: { 'aws:PrincipalArn': userArn } } }
    const text = JSON.stringify(
      { Version: '2012-10-17', Id: userArn, Statement: [statement, { ...statement, Sid: 'Zürich' }] },
      undefined,
      3,
    )
    const { policy, bound } = check(me, text, true)
    assert.deepEqual(bound, { [userArn]: user.value.id, [session]: role.value.id })
    const context = { policyBook: policies }
    assert.equal(keyPolicyToday(context, { policy, bound }), text)
    own.dropUser(user)
    own.dropRole(role)
    own.user({ name: 'u', path: '/team/', accountId: home })
    const expected = text.replaceAll(`"${session}"`, `"${role.value.id}:ci-7"`).replaceAll(/("AWS": \[\s+)"[^"]+"/g, `$1"${user.value.id}"`)
    assert.equal(keyPolicyToday(context, { policy, bound }), expected)
    assert.ok(expected.includes(`"aws:PrincipalArn": "${userArn}"`) && expected.includes(`"Id": "${userArn}"`))
  })

  test('is no longer than 32 KB', () => {
    const { check, me } = world()
    const text = policyOf([allow('kms:*', aws(rootOf(home)))])
    assert.ok(check(me, text.padEnd(32_768)).policy)
    assert.throws(
      () => check(me, text.padEnd(32_769)),
      (error: unknown) => error instanceof Problem && error.body.code === 'LimitExceeded',
    )
  })
})
