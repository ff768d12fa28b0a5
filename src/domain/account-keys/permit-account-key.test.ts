import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Problem } from '#model/problem.ts'
import type { AccountEntities } from '#domain/access/account-entities.ts'
import { createAccess } from '#domain/access/permit.ts'
import { policyOf } from '#domain/access/rule-books/account-testing.ts'
import { accountPolicyBook } from '#domain/access/rule-books/account-policies.ts'
import type { Context } from '#domain/context.ts'
import type { HeldAccountKey } from './find-account-key.ts'
import { createGrant } from './grants/create-grant.ts'
import { accountArn, keyArn } from './key-arn.ts'
import { permitKey } from './permit-account-key.ts'
import { accountGround, accountId, otherAccountId, rootOf } from './testing.ts'

/** Nobody has policies of their own here. */
const nobody: AccountEntities = {
  documentsOf: () => ({ identity: [] }),
  find: () => undefined,
  directory: { hasAccount: () => true, idOf: () => undefined, arnOf: () => undefined },
}
const ground = await accountGround()
const { as } = ground
const context: Context = { ...ground.context, access: createAccess([accountPolicyBook(nobody).book]) }

const root = { Effect: 'Allow', Principal: { AWS: accountArn(accountId) }, Action: 'kms:*', Resource: '*' }
const encrypting = { ...root, Action: 'kms:Encrypt' }
const keyWith = async (...statements: readonly object[]): Promise<HeldAccountKey> => ground.addKey({ policy: policyOf(statements) })

/** By what the caller may decrypt, and of how many names the answer is. */
const decrypting = async (key: HeldAccountKey, who = rootOf(accountId)) =>
  as(async call => {
    const { by } = await permitKey(context, call, { key, permission: 'accountKey.decrypt' })
    return { by, reads: call.reads.size }
  }, who)
const isDenied = (error: unknown): boolean => error instanceof Problem && error.body.code === 'AccessDenied'

const granted = async (key: HeldAccountKey, grantee: string): Promise<string> => {
  const given = await as(async call =>
    createGrant(context, call, { permit: await ground.permitOf(call, 'keyGrant.create', key), key, operations: ['Decrypt'], grantee }),
  )
  return given.grantId
}
const aliased = async (key: HeldAccountKey, name: string): Promise<void> =>
  as(async call => {
    const value = { name, keyId: key.value.id, createdAt: call.at, updatedAt: call.at }
    context.keyAliases.create(call, key.compartment, { path: [name], value })
  })

describe('a permit for a key', () => {
  test('that its policy gives stands on no grant and on no alias', async () => {
    const key = await keyWith(root)
    await granted(key, accountArn(accountId))
    await aliased(key, 'alias/unread')
    assert.deepEqual(await decrypting(key), { by: `statement 1 of key policy of ${keyArn(key.value)}`, reads: 0 })
  })

  test('that no policy gives is given by a grant, from its first answer on', async () => {
    const key = await keyWith({ ...root, Action: ['kms:CreateGrant', 'kms:PutKeyPolicy'] })
    const other = rootOf(otherAccountId)
    await assert.rejects(decrypting(key, other), isDenied)
    const grantId = await granted(key, accountArn(otherAccountId))
    const { by, reads } = await decrypting(key, other)
    assert.equal(by, `grant ${grantId}`)
    assert.ok(reads > 0, 'the answer stands on the grants that were read')
  })

  test('is refused by a deny whatever is granted', async () => {
    const key = await keyWith(encrypting, { ...root, Effect: 'Deny', Principal: '*', Action: 'kms:Decrypt' })
    await granted(key, accountArn(accountId))
    await assert.rejects(decrypting(key), isDenied)
  })

  test('knows the aliases of the key wherever its policy speaks of them', async () => {
    const aliases = (operator: string, value: string) => ({ Condition: { [operator]: { 'kms:ResourceAliases': value } } })
    const named = [
      { statements: [{ ...root, ...aliases('ForAnyValue:StringEquals', 'alias/name0') }], has: true, hasNone: false },
      { statements: [{ ...root, ...aliases('Null', 'true') }], has: false, hasNone: true },
      { statements: [root, { ...root, Effect: 'Deny', ...aliases('ForAnyValue:StringLike', 'alias/name*') }], has: false, hasNone: true },
      { statements: [root, { ...root, Effect: 'Deny', ...aliases('Null', 'true') }], has: true, hasNone: false },
    ]
    for (const [at, { statements, has, hasNone }] of named.entries()) {
      const key = await keyWith(...statements)
      const may = async () =>
        decrypting(key).then(
          () => true,
          error => !isDenied(error),
        )
      assert.equal(await may(), hasNone, `${JSON.stringify(statements)} without an alias`)
      await aliased(key, `alias/name${at === 0 ? '0' : `s${at}`}`)
      assert.equal(await may(), has, `${JSON.stringify(statements)} with an alias`)
    }
  })
})
