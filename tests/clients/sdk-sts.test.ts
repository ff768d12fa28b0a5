// The token service over TLS, by Amazon's own client; accounts, users and roles by our command.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ListUsersCommand } from '@aws-sdk/client-iam'
import { CreateKeyCommand, ListKeysCommand } from '@aws-sdk/client-kms'
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  type Credentials,
} from '@aws-sdk/client-sts'
import { z } from 'zod'
import { awsClients, type AwsPrincipal } from './aws.ts'
import { behindInstance } from './behind.ts'

const instance = await behindInstance(import.meta.filename)
const { environment, clientEnvironment, dir } = instance
const at = { endpoint: clientEnvironment['AWS_ENDPOINT_URL'] ?? '', ca: readFileSync(environment.caFile, 'utf8') }
const as = (principal: AwsPrincipal, more: { readonly region?: string; readonly endpoint?: string } = {}) =>
  awsClients({ ...at, ...more }, principal)

const added = z.object({ accountId: z.string(), rootAccessKeyId: z.string(), rootSecretAccessKey: z.string() })
const userAdded = z.object({ arn: z.string(), accessKeyId: z.string(), secretAccessKey: z.string() })
const roleAdded = z.object({ arn: z.string(), roleId: z.string() })

const accountId = '424242424242'
const account = added.parse(await instance.ask('aws', 'account', 'add', accountId))
const root = { accessKeyId: account.rootAccessKeyId, secretAccessKey: account.rootSecretAccessKey }
const addUser = async (name: string, ...more: readonly string[]) =>
  userAdded.parse(await instance.ask('aws', 'user', 'add', name, '--account', accountId, ...more))
const session = ({ AccessKeyId = '', SecretAccessKey = '', SessionToken = '' }: Partial<Credentials> = {}): AwsPrincipal => ({
  accessKeyId: AccessKeyId,
  secretAccessKey: SecretAccessKey,
  sessionToken: SessionToken,
})
const named = (name: string) => (error: unknown) => error instanceof Error && error.name === name

describe('@aws-sdk/client-sts', () => {
  test('a root, a user and a session each learn who they are, in whatever Region they ask', async () => {
    const user = await addUser('asked')
    const who = async (principal: AwsPrincipal, region = 'us-east-1') =>
      (await as(principal, { region }).sts.send(new GetCallerIdentityCommand({}))).Arn
    assert.equal(await who(root), `arn:aws:iam::${accountId}:root`)
    assert.equal(await who(user, 'eu-west-1'), user.arn)
    const { Credentials } = await as(user).sts.send(new GetSessionTokenCommand({ DurationSeconds: 900 }))
    assert.equal(await who(session(Credentials)), user.arn)
    await assert.rejects(as(session(Credentials)).iam.send(new ListUsersCommand({})), named('InvalidClientTokenId'))
    const host = await addUser('host', '--administrator')
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:ListKeys', Resource: '*' }] })
    const federated = await as(host).sts.send(new GetFederationTokenCommand({ Name: 'guest', Policy }))
    assert.equal(await who(session(federated.Credentials)), `arn:aws:sts::${accountId}:federated-user/guest`)
    await as(session(federated.Credentials)).kms.send(new ListKeysCommand({}))
    await assert.rejects(as(session(federated.Credentials)).kms.send(new CreateKeyCommand({})), named('AccessDeniedException'))
    await assert.rejects(who({ ...user, secretAccessKey: `x${user.secretAccessKey}` }), named('SignatureDoesNotMatch'))
  })

  test('a role gives what it may, and only to whom it trusts', async () => {
    const [user, stranger] = [await addUser('deployer', '--administrator'), await addUser('stranger')]
    const trust = join(dir, 'trust.json')
    const statement = { Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'sts:AssumeRole' }
    writeFileSync(trust, JSON.stringify({ Version: '2012-10-17', Statement: [statement] }))
    const role = roleAdded.parse(
      await instance.ask('aws', 'role', 'add', 'deploy', '--account', accountId, '--trust-file', trust, '--administrator'),
    )
    const ask = new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'work' })
    const { Credentials, AssumedRoleUser } = await as(user).sts.send(ask)
    assert.equal(AssumedRoleUser?.AssumedRoleId, `${role.roleId}:work`)
    const there = as(session(Credentials), { region: 'eu-west-1' })
    const { KeyMetadata } = await there.kms.send(new CreateKeyCommand({}))
    assert.match(KeyMetadata?.Arn ?? '', new RegExp(`^arn:aws:kms:eu-west-1:${accountId}:key/`))
    const { Keys } = await as(session(Credentials)).kms.send(new ListKeysCommand({}))
    assert.deepEqual(Keys, [], 'another Region has keys of its own')
    await assert.rejects(as(stranger).sts.send(ask), named('AccessDenied'))
    const info = await as(user).sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: Credentials?.AccessKeyId }))
    assert.equal(info.Account, accountId)
  })

  test('an identity that nobody vouches for gets nothing, and needs no signature to learn it', async () => {
    const ask = { RoleArn: `arn:aws:iam::${accountId}:role/deploy`, RoleSessionName: 'ci', WebIdentityToken: 'nonsense' }
    await assert.rejects(as(root).sts.send(new AssumeRoleWithWebIdentityCommand(ask)), named('InvalidIdentityTokenException'))
  })
})

describe('what the command says', () => {
  test('of accounts, of names that are taken and of accounts that are not there', async () => {
    const listed = z.array(z.object({ accountId: z.string() })).parse(await instance.ask('aws', 'account', 'list'))
    assert(listed.some(one => one.accountId === accountId))
    const taken = await instance.run('aws', 'account', 'add', accountId)
    assert.deepEqual([taken.code, taken.stdout], [7, ''])
    assert.match(taken.stderr, new RegExp(`There is an account ${accountId} already\\.`))
    assert.match((await instance.run('aws', 'user', 'add', 'x', '--account', '999999999999')).stderr, /There is no account 999999999999\./)
    const short = await instance.run('aws', 'account', 'add', '7')
    assert.notEqual(short.code, 0)
    assert.match(short.stderr, /12 digits/)
  })
})
