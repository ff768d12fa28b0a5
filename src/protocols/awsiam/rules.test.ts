// What the service refuses and why, asked by its own client (IAM API reference; IAM User Guide, quotas and policy evaluation).
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { IAM } from '@aws-sdk/client-iam'
import type { Credentials } from '#domain/accounts/testing.ts'
import { accountId, iamGround, type IamGround } from './testing.ts'

const arnOf = (rest: string): string => `arn:aws:iam::${accountId}:${rest}`
const policyOf = (...Statement: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement })
const allow = (Action: string | readonly string[], Resource: string = '*', more: object = {}): object => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
})
const trusting = (AWS: string): string => policyOf({ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' })

/** Name, status and sentence of a refusal. */
async function refused(answer: Promise<unknown>, ...[code, status, saying = '']: readonly [string, number, string?]): Promise<void> {
  await assert.rejects(answer, (error: unknown) => {
    assert(error instanceof Error)
    const http: unknown = Reflect.get(Object(Reflect.get(error, '$metadata')), 'httpStatusCode')
    assert.deepEqual([error.name.replace(/Exception$/, ''), http], [code, status], error.message)
    assert(error.message.includes(saying), error.message)
    return true
  })
}

let all: IamGround
let iam: IAM
let made = 0
const fresh = (prefix: string): string => `${prefix}${(made += 1)}`

before(async () => {
  all = await iamGround()
  iam = all.root
})

/** A user with a key and, if statements are given, one inline policy. */
async function newUser(...statements: readonly object[]): Promise<{ readonly name: string; readonly iam: IAM; readonly key: Credentials }> {
  const name = fresh('user')
  await iam.createUser({ UserName: name })
  if (statements.length > 0) await iam.putUserPolicy({ UserName: name, PolicyName: 'inline', PolicyDocument: policyOf(...statements) })
  const { AccessKey } = await iam.createAccessKey({ UserName: name })
  const key = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
  return { name, iam: all.as(key), key }
}

describe('names and ids', () => {
  test('a name is taken in any case, a deleted one is free, and its id never comes back', async () => {
    const first = (await iam.createUser({ UserName: 'Carol' })).User
    assert.match(first?.UserId ?? '', /^AIDA[A-Z2-7]{17}$/)
    await refused(iam.createUser({ UserName: 'carol' }), 'EntityAlreadyExists', 409, 'User with name carol already exists.')
    assert.equal((await iam.getUser({ UserName: 'CAROL' })).User?.UserName, 'Carol')
    await iam.deleteUser({ UserName: 'carol' })
    await refused(iam.getUser({ UserName: 'Carol' }), 'NoSuchEntity', 404, 'The user with name Carol cannot be found.')
    assert.notEqual((await iam.createUser({ UserName: 'Carol' })).User?.UserId, first?.UserId)
  })

  test('whoever asks without a name asks for itself', async () => {
    const me = await newUser(allow('iam:GetUser'))
    assert.equal((await me.iam.getUser()).User?.UserName, me.name)
    const { User } = await iam.getUser()
    assert.deepEqual([User?.Arn, User?.UserId, User?.UserName], [arnOf('root'), accountId, undefined])
  })

  test('another name is another ARN; groups, keys and rights go along', async () => {
    const me = await newUser()
    const group = fresh('group')
    await iam.createGroup({ GroupName: group })
    await iam.putGroupPolicy({ GroupName: group, PolicyName: 'p', PolicyDocument: policyOf(allow('iam:GetUser')) })
    await iam.addUserToGroup({ GroupName: group, UserName: me.name })
    const renamed = fresh('renamed')
    await iam.updateUser({ UserName: me.name, NewUserName: renamed, NewPath: '/x/' })
    assert.equal((await me.iam.getUser()).User?.Arn, arnOf(`user/x/${renamed}`))
    assert.deepEqual(
      (await iam.getGroup({ GroupName: group })).Users?.map(user => user.UserName),
      [renamed],
    )
    await refused(iam.updateUser({ UserName: renamed, NewUserName: 'Carol' }), 'EntityAlreadyExists', 409)
  })

  test('names, paths and numbers outside their bounds are told apart from what is not there', async () => {
    for (const UserName of ['', 'a b', 'x'.repeat(65), 'ü'])
      await refused(iam.createUser({ UserName }), 'ValidationError', 400, 'validation error')
    await refused(iam.createUser({ UserName: 'ok', Path: 'team' }), 'ValidationError', 400, "at 'path'")
    await refused(iam.listUsers({ MaxItems: 0 }), 'ValidationError', 400, "at 'maxItems'")
    await refused(iam.getPolicy({ PolicyArn: 'arn:aws:iam::1:nothing' }), 'InvalidInput', 400)
    await refused(iam.getPolicy({ PolicyArn: arnOf('policy/none') }), 'NoSuchEntity', 404, `Policy ${arnOf('policy/none')} was not found.`)
  })
})

describe('what users here do not have', () => {
  test('is not there, whoever may look', async () => {
    const { name: UserName } = await newUser()
    const sentence = `Login Profile for User ${UserName} cannot be found.`
    await refused(iam.getLoginProfile({ UserName }), 'NoSuchEntity', 404, sentence)
    await refused(iam.deleteLoginProfile({ UserName }), 'NoSuchEntity', 404, sentence)
    await refused(iam.getAccountPasswordPolicy(), 'NoSuchEntity', 404, accountId)
  })

  test('is not made: what is not served is unknown', async () => {
    await refused(iam.createLoginProfile({ UserName: 'Carol', Password: 'x' }), 'InvalidAction', 400, 'CreateLoginProfile')
    await refused(iam.createVirtualMFADevice({ VirtualMFADeviceName: 'x' }), 'InvalidAction', 400)
  })
})

describe('lists', () => {
  test('go on where they were, for their own list alone, whoever comes and goes', async () => {
    const path = '/pages/'
    for (const name of ['a', 'b', 'c', 'd', 'e']) await iam.createUser({ UserName: `page-${name}`, Path: path })
    const first = await iam.listUsers({ PathPrefix: path, MaxItems: 2 })
    assert.deepEqual([first.Users?.map(user => user.UserName), first.IsTruncated], [['page-a', 'page-b'], true])
    await iam.deleteUser({ UserName: 'page-b' })
    await iam.createUser({ UserName: 'page-aa', Path: path })
    const second = await iam.listUsers({ PathPrefix: path, MaxItems: 2, Marker: first.Marker })
    const third = await iam.listUsers({ PathPrefix: path, MaxItems: 2, Marker: second.Marker })
    assert.deepEqual(
      [second, third].map(page => page.Users?.map(user => user.UserName)),
      [['page-c', 'page-d'], ['page-e']],
    )
    assert.deepEqual([third.IsTruncated, third.Marker], [false, undefined])
    await refused(iam.listRoles({ Marker: first.Marker }), 'ValidationError', 400, 'Marker')
    await refused(iam.listUsers({ PathPrefix: path, Marker: `${first.Marker?.slice(0, -4)}AAAA` }), 'ValidationError', 400)
  })

  test("of policies hold the service's own too", async () => {
    const { Policies: ofService = [] } = await iam.listPolicies({ Scope: 'AWS', MaxItems: 1_000 })
    const arns = new Set(ofService.map(policy => policy.Arn))
    for (const name of ['AdministratorAccess', 'ReadOnlyAccess', 'SecurityAudit', 'AWSKeyManagementServicePowerUser'])
      assert(arns.has(`arn:aws:iam::aws:policy/${name}`), name)
    const { Policies: own = [] } = await iam.listPolicies({ Scope: 'Local' })
    assert(own.every(policy => policy.Arn?.startsWith(arnOf('policy/')) === true))
  })
})

describe('policies', () => {
  test('come back byte for byte as they were written', async () => {
    const me = await newUser()
    const document = `{\n  "Version": "2012-10-17",\t"Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*",\r\n"Condition": {"StringEquals": {"aws:username": "ÿ é+&%'()!"}}}}`
    await iam.putUserPolicy({ UserName: me.name, PolicyName: 'odd', PolicyDocument: document })
    const { PolicyDocument: escaped = '' } = await iam.getUserPolicy({ UserName: me.name, PolicyName: 'odd' })
    assert.equal(decodeURIComponent(escaped), document)
    assert.match(escaped, /^[A-Za-z0-9\-._~%]*$/)
  })

  test('that are none are refused in the words of the service, and nothing is written', async () => {
    const me = await newUser()
    for (const document of [
      '{',
      '[]',
      '{"Version":"2012-10-17"}',
      policyOf({ Effect: 'Allow' }),
      policyOf({ ...allow('kms:*'), Principal: '*' }),
    ])
      await refused(iam.putUserPolicy({ UserName: me.name, PolicyName: 'bad', PolicyDocument: document }), 'MalformedPolicyDocument', 400)
    assert.deepEqual((await iam.listUserPolicies({ UserName: me.name })).PolicyNames, [])
    await refused(
      iam.createRole({ RoleName: fresh('role'), AssumeRolePolicyDocument: trusting(arnOf('user/nobody')) }),
      'MalformedPolicyDocument',
      400,
      'Invalid principal',
    )
  })

  test('have five versions at most, and the one in force is not deleted', async () => {
    const PolicyArn = (await iam.createPolicy({ PolicyName: fresh('p'), PolicyDocument: policyOf(allow('kms:*')) })).Policy?.Arn
    for (let version = 2; version <= 5; version += 1) await iam.createPolicyVersion({ PolicyArn, PolicyDocument: policyOf(allow('kms:*')) })
    await refused(
      iam.createPolicyVersion({ PolicyArn, PolicyDocument: policyOf(allow('kms:*')) }),
      'LimitExceeded',
      409,
      'up to 5 versions',
    )
    await refused(iam.deletePolicyVersion({ PolicyArn, VersionId: 'v1' }), 'DeleteConflict', 409)
    await refused(iam.deletePolicy({ PolicyArn }), 'DeleteConflict', 409, 'more than one version')
    await iam.deletePolicyVersion({ PolicyArn, VersionId: 'v5' })
    const { PolicyVersion } = await iam.createPolicyVersion({ PolicyArn, PolicyDocument: policyOf(allow('kms:*')) })
    assert.equal(PolicyVersion?.VersionId, 'v6', 'a number is never given twice')
    await refused(iam.getPolicyVersion({ PolicyArn, VersionId: 'v5' }), 'NoSuchEntity', 404)
  })

  test('of the service are attached and read, and nobody changes them', async () => {
    const me = await newUser()
    const PolicyArn = 'arn:aws:iam::aws:policy/IAMReadOnlyAccess'
    await refused(me.iam.listUsers({}), 'AccessDenied', 403)
    await iam.attachUserPolicy({ UserName: me.name, PolicyArn })
    assert((await me.iam.listUsers({})).Users)
    assert.equal((await iam.getPolicy({ PolicyArn })).Policy?.AttachmentCount, 1)
    await refused(iam.createPolicyVersion({ PolicyArn, PolicyDocument: policyOf(allow('*')) }), 'AccessDenied', 403)
    await refused(iam.deletePolicy({ PolicyArn }), 'AccessDenied', 403, `iam:DeletePolicy on resource: policy ${PolicyArn}`)
    await refused(iam.tagPolicy({ PolicyArn, Tags: [{ Key: 'a', Value: 'b' }] }), 'AccessDenied', 403)
    await refused(
      iam.attachUserPolicy({ UserName: me.name, PolicyArn: `${PolicyArn}None` }),
      'NoSuchEntity',
      404,
      'does not exist or is not attachable',
    )
  })

  test('are counted without their white space, per holder', async () => {
    const me = await newUser()
    const put = async (PolicyName: string, PolicyDocument: string) => iam.putUserPolicy({ UserName: me.name, PolicyName, PolicyDocument })
    const filled = (size: number) => policyOf(allow('kms:*')).replace('kms:*', `kms:${'x'.repeat(size)}`)
    await put('wide', policyOf(allow('kms:*')).replaceAll(',', `,${' '.repeat(5_000)}`))
    await put('large', filled(1_800))
    await refused(put('more', filled(500)), 'LimitExceeded', 409, 'Maximum policy size of 2048 bytes exceeded for user')
    await refused(iam.createPolicy({ PolicyName: fresh('p'), PolicyDocument: filled(6_200) }), 'LimitExceeded', 409, 'PolicySize: 6144')
  })
})

describe('limits and conflicts', () => {
  test('a user has two keys, ten policies and ten groups', async () => {
    const me = await newUser()
    await iam.createAccessKey({ UserName: me.name })
    await refused(iam.createAccessKey({ UserName: me.name }), 'LimitExceeded', 409, 'AccessKeysPerUser: 2')
    for (let at = 0; at <= 10; at += 1) {
      const GroupName = fresh('group')
      await iam.createGroup({ GroupName })
      const joined = iam.addUserToGroup({ GroupName, UserName: me.name })
      const { Policy } = await iam.createPolicy({ PolicyName: fresh('p'), PolicyDocument: policyOf(allow('kms:*')) })
      const attached = iam.attachUserPolicy({ UserName: me.name, PolicyArn: Policy?.Arn })
      if (at < 10) await Promise.all([joined, attached])
      else {
        await refused(joined, 'LimitExceeded', 409, 'GroupsPerUser: 10')
        await refused(attached, 'LimitExceeded', 409, 'PoliciesPerUser: 10')
      }
    }
  })

  test('nothing is deleted that something hangs on', async () => {
    const me = await newUser(allow('kms:*'))
    const gone = async () => iam.deleteUser({ UserName: me.name })
    await refused(gone(), 'DeleteConflict', 409, 'must delete policies first')
    await iam.deleteUserPolicy({ UserName: me.name, PolicyName: 'inline' })
    await refused(gone(), 'DeleteConflict', 409, 'must delete access keys first')
    const [GroupName, RoleName, InstanceProfileName] = [fresh('group'), fresh('role'), fresh('profile')]
    await iam.createGroup({ GroupName })
    await iam.addUserToGroup({ GroupName, UserName: me.name })
    await refused(iam.deleteGroup({ GroupName }), 'DeleteConflict', 409, 'must remove users from group first')
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: trusting(accountId) })
    await iam.createInstanceProfile({ InstanceProfileName })
    await iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName })
    await refused(
      iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName }),
      'LimitExceeded',
      409,
      'InstanceSessionsPerInstanceProfile: 1',
    )
    for (const deleted of [iam.deleteRole({ RoleName }), iam.deleteInstanceProfile({ InstanceProfileName })])
      await refused(deleted, 'DeleteConflict', 409, 'must remove roles from instance profile first')
    const { Policy } = await iam.createPolicy({ PolicyName: fresh('p'), PolicyDocument: policyOf(allow('kms:*')) })
    await iam.putRolePermissionsBoundary({ RoleName, PermissionsBoundary: Policy?.Arn })
    await refused(iam.deletePolicy({ PolicyArn: Policy?.Arn }), 'DeleteConflict', 409, 'Cannot delete a policy attached to entities.')
  })

  test("tags: fifty, one key once, none of the service's; of users and roles in any case", async () => {
    const { name: UserName } = await newUser()
    const Tags = (count: number) => Array.from({ length: count }, (_, at) => ({ Key: `k${at}`, Value: '' }))
    await iam.tagUser({ UserName, Tags: Tags(50) })
    await iam.tagUser({ UserName, Tags: [{ Key: 'K7', Value: 'seven' }] })
    assert.equal((await iam.listUserTags({ UserName, MaxItems: 1_000 })).Tags?.length, 50)
    await refused(iam.tagUser({ UserName, Tags: [{ Key: 'one more', Value: '' }] }), 'LimitExceeded', 409)
    await refused(
      iam.tagUser({
        UserName,
        Tags: [
          { Key: 'a', Value: '' },
          { Key: 'A', Value: '' },
        ],
      }),
      'InvalidInput',
      400,
      'Duplicate tag keys',
    )
    await refused(iam.tagUser({ UserName, Tags: [{ Key: 'aws:x', Value: '' }] }), 'InvalidInput', 400)
  })

  test('a role of a service is changed by nobody else', async () => {
    const { Role } = await iam.createServiceLinkedRole({ AWSServiceName: 'mrk.kms.amazonaws.com' })
    const RoleName = Role?.RoleName
    await refused(iam.createServiceLinkedRole({ AWSServiceName: 'mrk.kms.amazonaws.com' }), 'InvalidInput', 400, 'has been taken')
    await refused(iam.createServiceLinkedRole({ AWSServiceName: 'nothing.amazonaws.com' }), 'InvalidInput', 400)
    await refused(iam.deleteRole({ RoleName }), 'UnmodifiableEntity', 400, 'only modifiable by AWS')
    await refused(iam.putRolePolicy({ RoleName, PolicyName: 'p', PolicyDocument: policyOf(allow('*')) }), 'UnmodifiableEntity', 400)
    await refused(iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: trusting(accountId) }), 'UnmodifiableEntity', 400)
    await refused(
      iam.createRole({ RoleName: 'x', Path: '/aws-service-role/x/', AssumeRolePolicyDocument: trusting(accountId) }),
      'InvalidInput',
      400,
    )
  })
})

describe('who may', () => {
  test('nobody without a policy, and the sentence says what is missing', async () => {
    const me = await newUser()
    const saying = (action: string, on: string) =>
      `User: ${arnOf(`user/${me.name}`)} is not authorized to perform: iam:${action} on resource: ${on} because no identity-based policy allows the iam:${action} action`
    await refused(me.iam.getUser({ UserName: 'Carol' }), 'AccessDenied', 403, saying('GetUser', 'user Carol'))
    await refused(me.iam.createUser({ UserName: 'x' }), 'AccessDenied', 403, saying('CreateUser', arnOf('user/x')))
    await refused(me.iam.listUsers({}), 'AccessDenied', 403, saying('ListUsers', arnOf('user/')))
    // What is not there is no secret kept: who may not look is told so, there or not.
    await refused(me.iam.getUser({ UserName: 'nobody-at-all' }), 'AccessDenied', 403)
    const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess'
    await refused(me.iam.attachUserPolicy({ UserName: me.name, PolicyArn }), 'AccessDenied', 403)
    assert.deepEqual((await iam.listAttachedUserPolicies({ UserName: me.name })).AttachedPolicies, [])
  })

  test('rights on a path, by a condition on the policy, and never beyond the boundary', async () => {
    const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
    const limited = { Condition: { ArnEquals: { 'iam:PolicyARN': PolicyArn } } }
    const me = await newUser(allow('iam:*', arnOf('user/team/*')), allow('iam:AttachUserPolicy', '*', limited))
    await me.iam.createUser({ UserName: 'of-team', Path: '/team/' })
    await refused(me.iam.createUser({ UserName: 'of-nobody' }), 'AccessDenied', 403)
    const { name } = await newUser()
    await me.iam.attachUserPolicy({ UserName: name, PolicyArn })
    await refused(
      me.iam.attachUserPolicy({ UserName: name, PolicyArn: PolicyArn.replace('ReadOnly', 'Administrator') }),
      'AccessDenied',
      403,
    )
    const { Policy } = await iam.createPolicy({ PolicyName: fresh('p'), PolicyDocument: policyOf(allow('iam:Get*')) })
    await iam.putUserPermissionsBoundary({ UserName: me.name, PermissionsBoundary: Policy?.Arn })
    await refused(
      me.iam.deleteUser({ UserName: 'of-team' }),
      'AccessDenied',
      403,
      'because no permissions boundary allows the iam:DeleteUser action',
    )
    assert((await me.iam.getUser({ UserName: 'of-team' })).User)
  })

  test('users are made only under a boundary where that is the condition', async () => {
    const { Policy } = await iam.createPolicy({ PolicyName: fresh('p'), PolicyDocument: policyOf(allow('kms:*')) })
    const me = await newUser(allow('iam:CreateUser', '*', { Condition: { StringEquals: { 'iam:PermissionsBoundary': Policy?.Arn } } }))
    await refused(me.iam.createUser({ UserName: fresh('free') }), 'AccessDenied', 403)
    assert((await me.iam.createUser({ UserName: fresh('bound'), PermissionsBoundary: Policy?.Arn })).User)
    await refused(
      me.iam.createUser({ UserName: fresh('bound'), PermissionsBoundary: Policy?.Arn, Tags: [{ Key: 'a', Value: 'b' }] }),
      'AccessDenied',
      403,
      'iam:TagUser',
    )
  })

  test('a role is given to machines only by whoever may pass it on', async () => {
    const me = await newUser(allow('iam:AddRoleToInstanceProfile'))
    const [RoleName, InstanceProfileName] = [fresh('role'), fresh('profile')]
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: trusting(accountId) })
    await iam.createInstanceProfile({ InstanceProfileName })
    await refused(
      me.iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName }),
      'AccessDenied',
      403,
      `iam:PassRole on resource: ${arnOf(`role/${RoleName}`)}`,
    )
    const passing = { Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } } }
    await iam.putUserPolicy({
      UserName: me.name,
      PolicyName: 'pass',
      PolicyDocument: policyOf(allow('iam:PassRole', arnOf(`role/${RoleName}`), passing)),
    })
    await me.iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName })
  })

  test('a key that is switched off or deleted signs nothing from then on', async () => {
    const me = await newUser(allow('iam:GetUser'))
    const { accessKeyId: AccessKeyId } = me.key
    assert((await me.iam.getUser()).User)
    await iam.updateAccessKey({ UserName: me.name, AccessKeyId, Status: 'Inactive' })
    await refused(me.iam.getUser(), 'InvalidClientTokenId', 403)
    await iam.updateAccessKey({ UserName: me.name, AccessKeyId, Status: 'Active' })
    assert((await me.iam.getUser()).User)
    const other = await newUser()
    await refused(
      iam.deleteAccessKey({ UserName: other.name, AccessKeyId }),
      'NoSuchEntity',
      404,
      `The Access Key with id ${AccessKeyId} cannot be found.`,
    )
    await iam.deleteAccessKey({ UserName: me.name, AccessKeyId })
    await refused(me.iam.getUser(), 'InvalidClientTokenId', 403)
  })

  test('a key says when it was last used, for what and where', async () => {
    const me = await newUser(allow('iam:GetUser'))
    const lastUsed = async () => (await iam.getAccessKeyLastUsed({ AccessKeyId: me.key.accessKeyId })).AccessKeyLastUsed
    assert.deepEqual(await lastUsed(), { ServiceName: 'N/A', Region: 'N/A' })
    await all.as(me.key, 'eu-north-1').getUser()
    const { LastUsedDate, ...rest } = (await lastUsed()) ?? {}
    assert.deepEqual(rest, { ServiceName: 'iam', Region: 'eu-north-1' })
    assert.equal(LastUsedDate?.getTime(), Math.floor(all.ground.clock.now() / 1_000) * 1_000)
  })

  test('a signature for any Region is good: the service is in none', async () => {
    assert((await all.as(all.rootKey, 'eu-central-1').listUsers({})).Users)
  })
})

describe('whom roles trust', () => {
  test('a deleted user stands there by its unique id, and another of the same name is not trusted', async () => {
    const UserName = fresh('trusted')
    const { User } = await iam.createUser({ UserName })
    const RoleName = fresh('role')
    const written = trusting(User?.Arn ?? '')
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: written })
    const shown = async () => decodeURIComponent((await iam.getRole({ RoleName })).Role?.AssumeRolePolicyDocument ?? '')
    assert.equal(await shown(), written)
    await iam.deleteUser({ UserName })
    assert.equal(await shown(), trusting(User?.UserId ?? ''))
    await iam.createUser({ UserName })
    assert.equal(await shown(), trusting(User?.UserId ?? ''))
  })

  test('a renamed one stands there by its new name', async () => {
    const UserName = fresh('trusted')
    const { User } = await iam.createUser({ UserName })
    const RoleName = fresh('role')
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: trusting(User?.Arn ?? '') })
    await iam.updateUser({ UserName, NewPath: '/moved/' })
    const { Role } = await iam.getRole({ RoleName })
    assert.equal(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''), trusting(arnOf(`user/moved/${UserName}`)))
  })
})
