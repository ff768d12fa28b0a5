// For tests alone: an account whose root, and users whose keys, sign.
import { operator } from '#model/principal.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import type { TestGround } from '#domain/testing.ts'
import { addAccount } from './add-account.ts'
import { addAccessKey } from './access-keys.ts'
import { roleArn } from './arn.ts'
import { newUniqueId } from './unique-ids.ts'

/** What a client signs with. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface TestAccount {
  readonly accountId: string
  readonly root: Credentials
}

const textOfSecret = (secret: { readonly bytes: Uint8Array }): string => Buffer.from(secret.bytes).toString('latin1')

export async function testAccount(ground: TestGround, accountId: string): Promise<TestAccount> {
  const { context } = ground
  return ground.run(operator, async call => {
    const permit = context.access.permit(call, 'instance.operate', { on: rootScope })
    const { rootKey } = await addAccount(context, call, { permit, accountId })
    return { accountId, root: { accessKeyId: rootKey.key.id, secretAccessKey: textOfSecret(rootKey.secret) } }
  })
}

/** A user with a key, whose one policy that text is. */
export async function testUser(
  ground: TestGround,
  { accountId, name, policy }: { readonly accountId: string; readonly name: string; readonly policy?: unknown },
): Promise<Credentials & { readonly userId: string }> {
  const { context } = ground
  return ground.run(operator, async call => {
    const account = await context.accounts.get(call, context.instance.installation, [accountId])
    if (account === undefined) throw new Error(`no account ${accountId}`)
    const id = newUniqueId(context.ground.random, 'user')
    context.accountUsers.create(call, account.value.compartment, {
      path: [name.toLowerCase()],
      value: {
        id,
        accountId,
        name,
        path: '/',
        createdAt: call.at,
        tags: {},
        inlinePolicies: policy === undefined ? {} : { inline: JSON.stringify(policy) },
        attachedPolicies: [],
      },
    })
    const { key, secret } = await addAccessKey(context, call, { accountId, user: { id, name } })
    return { accessKeyId: key.id, secretAccessKey: textOfSecret(secret), userId: id }
  })
}

export interface TestRole {
  readonly accountId: string
  readonly name: string
  readonly trust: object
  readonly maxSessionSeconds?: number
  readonly policy?: unknown
  readonly tags?: Readonly<Record<string, string>>
}

/** A role that whoever the trust names may take; its ARN. */
export async function testRole(
  ground: TestGround,
  { accountId, name, trust, maxSessionSeconds = 3_600, policy, tags = {} }: TestRole,
): Promise<string> {
  const { context } = ground
  return ground.run(operator, async call => {
    const account = await context.accounts.get(call, context.instance.installation, [accountId])
    if (account === undefined) throw new Error(`no account ${accountId}`)
    const { value } = context.accountRoles.create(call, account.value.compartment, {
      path: [name.toLowerCase()],
      value: {
        id: newUniqueId(context.ground.random, 'role'),
        accountId,
        name,
        path: '/',
        createdAt: call.at,
        trustPolicy: JSON.stringify(trust),
        maxSessionSeconds,
        tags,
        inlinePolicies: policy === undefined ? {} : { inline: JSON.stringify(policy) },
        attachedPolicies: [],
      },
    })
    return roleArn(value)
  })
}
