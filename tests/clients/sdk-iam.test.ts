import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DetachUserPolicyCommand,
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  ListAttachedUserPoliciesCommand,
  paginateListUsers,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam'
import { CreateKeyCommand, DescribeKeyCommand, ListKeysCommand } from '@aws-sdk/client-kms'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { awsClients } from './aws.ts'
import { behindInstance } from './behind.ts'

const { environment, clientEnvironment } = await behindInstance(import.meta.filename)
const variable = (name: string): string => clientEnvironment[name] ?? assert.fail(`${name} is not set`)
const at = { endpoint: variable('AWS_ENDPOINT_URL').replace(/\/$/, ''), ca: readFileSync(environment.caFile, 'utf8') }
const as = (accessKeyId: string, secretAccessKey: string, region?: string) =>
  awsClients({ ...at, ...(region !== undefined && { region }) }, { accessKeyId, secretAccessKey })
const admin = as(variable('AWS_ACCESS_KEY_ID'), variable('AWS_SECRET_ACCESS_KEY'))

const allow = (...Action: string[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })

async function newUser(name: string) {
  await admin.iam.send(new CreateUserCommand({ UserName: name }))
  const { AccessKey } = await admin.iam.send(new CreateAccessKeyCommand({ UserName: name }))
  return { id: AccessKey?.AccessKeyId ?? '', clients: as(AccessKey?.AccessKeyId ?? '', AccessKey?.SecretAccessKey ?? '') }
}

const isDenied = (error: unknown): boolean => error instanceof Error && /^AccessDenied(?:Exception)?$/.test(error.name)

describe('@aws-sdk/client-iam', () => {
  test('a policy counts for the next request to the key service, and so does every change of it', async () => {
    const me = await newUser('worker')
    const KeyId = (await admin.kms.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId
    const described = async () => me.clients.kms.send(new DescribeKeyCommand({ KeyId }))
    await assert.rejects(described(), isDenied)
    const { Policy } = await admin.iam.send(new CreatePolicyCommand({ PolicyName: 'use', PolicyDocument: allow('kms:DescribeKey') }))
    const attached = { UserName: 'worker', PolicyArn: Policy?.Arn }
    await admin.iam.send(new AttachUserPolicyCommand(attached))
    assert.equal((await described()).KeyMetadata?.KeyId, KeyId)
    await admin.iam.send(
      new CreatePolicyVersionCommand({ PolicyArn: Policy?.Arn, PolicyDocument: allow('kms:ListKeys'), SetAsDefault: true }),
    )
    await assert.rejects(described(), isDenied)
    assert((await me.clients.kms.send(new ListKeysCommand({}))).Keys)
    await admin.iam.send(new DetachUserPolicyCommand(attached))
    await assert.rejects(me.clients.kms.send(new ListKeysCommand({})), isDenied)
  })

  test('a key of a user says who signs, when it was last used, and nothing once it is switched off', async () => {
    const me = await newUser('signer')
    await admin.iam.send(new PutUserPolicyCommand({ UserName: 'signer', PolicyName: 'self', PolicyDocument: allow('iam:GetUser') }))
    const who = await me.clients.sts.send(new GetCallerIdentityCommand({}))
    assert.match(who.Arn ?? '', /:user\/signer$/)
    assert.equal((await me.clients.iam.send(new GetUserCommand({}))).User?.UserId, who.UserId)
    const { AccessKeyLastUsed } = await admin.iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: me.id }))
    assert.deepEqual([AccessKeyLastUsed?.ServiceName, AccessKeyLastUsed?.Region], ['iam', 'us-east-1'])
    await admin.iam.send(new UpdateAccessKeyCommand({ UserName: 'signer', AccessKeyId: me.id, Status: 'Inactive' }))
    await assert.rejects(me.clients.sts.send(new GetCallerIdentityCommand({})), { name: 'InvalidClientTokenId' })
  })

  test('lists are paged through by the client itself, each user once', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `paged-${String.fromCodePoint(97 + index)}`)
    await Promise.all(names.map(async UserName => admin.iam.send(new CreateUserCommand({ UserName, Path: '/paged/' }))))
    const pages = await Array.fromAsync(paginateListUsers({ client: admin.iam, pageSize: 7 }, { PathPrefix: '/paged/' }))
    assert.deepEqual(
      pages.map(page => page.Users?.length),
      [7, 7, 7, 4],
    )
    assert.deepEqual(
      pages.flatMap(page => page.Users?.map(user => user.UserName)),
      names,
    )
  })

  test('what is there twice, not there, or held by something is refused by name', async () => {
    const me = await newUser('held')
    await assert.rejects(admin.iam.send(new CreateUserCommand({ UserName: 'HELD' })), { name: 'EntityAlreadyExistsException' })
    await assert.rejects(admin.iam.send(new DeleteUserCommand({ UserName: 'held' })), { name: 'DeleteConflictException' })
    await assert.rejects(admin.iam.send(new ListAttachedUserPoliciesCommand({ UserName: 'nobody' })), { name: 'NoSuchEntityException' })
    await assert.rejects(admin.iam.send(new CreatePolicyCommand({ PolicyName: 'bad', PolicyDocument: '{' })), {
      name: 'MalformedPolicyDocumentException',
    })
    await admin.iam.send(new DeleteAccessKeyCommand({ UserName: 'held', AccessKeyId: me.id }))
    await admin.iam.send(new DeleteUserCommand({ UserName: 'held' }))
    await assert.rejects(admin.iam.send(new GetUserCommand({ UserName: 'held' })), { name: 'NoSuchEntityException' })
  })
})
