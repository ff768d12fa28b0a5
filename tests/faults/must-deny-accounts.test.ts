// Of accounts: policies, memberships, boundaries, grants, roles and access keys, on the wire of their keys.
import assert from 'node:assert/strict'
import type { Credentials } from '#domain/accounts/testing.ts'
import { iamProtocol } from '#protocols/awsiam/index.ts'
import { awsKmsProtocol } from '#protocols/awskms/index.ts'
import { stsProtocol } from '#protocols/awssts/index.ts'
import { sign } from '#protocols/aws/testing.ts'
import { createPipeline, type Pipeline } from '#protocols/http/pipeline.ts'
import { ask, objectIn, textIn, type Answered } from '#protocols/http/testing.ts'
import { domain } from '#tests/wire/house.ts'
import { accountId, region, signedHouse, type SignedHouse } from '#tests/wire/signed.ts'
import { denies, type Granted } from './denying.ts'

interface Rig {
  readonly house: SignedHouse
  readonly pipelines: Readonly<Record<'iam' | 'sts' | 'kms', Pipeline>>
  readonly administrator: Credentials
  /** A key of the account. */
  readonly keyId: string
}

/** A request in JSON. */
async function kms(
  pipeline: Pipeline,
  credentials: Credentials,
  at: { readonly operation: string; readonly body: object; readonly now: number },
): Promise<Answered> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${at.operation}` }
  const url = `https://kms.${region}.${domain}/`
  return ask(
    pipeline,
    sign({ url, method: 'POST', headers, body: JSON.stringify(at.body), credentials, service: 'kms', region, at: at.now }),
  )
}

type Form = (action: string, members?: Readonly<Record<string, string>>) => Promise<string>

/** Requests in forms, by the administrator; the answer's text. */
function formsOf({ pipelines, administrator, house }: Rig, service: 'iam' | 'sts'): Form {
  const [host, version] = service === 'iam' ? [`iam.${domain}`, '2010-05-08'] : [`sts.${region}.${domain}`, '2011-06-15']
  return async (action, members = {}) => {
    const body = new URLSearchParams([['Action', action], ['Version', version], ...Object.entries(members)]).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const asked = {
      url: `https://${host}/`,
      method: 'POST',
      headers,
      body,
      credentials: administrator,
      service,
      region,
      at: house.ground.clock.now(),
    }
    const answered = await ask(pipelines[service], sign(asked))
    assert(answered.status < 300, `${action}: ${answered.status} ${answered.text}`)
    return answered.text
  }
}

const within = (text: string, name: string): string =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? assert.fail(`no ${name} in ${text}`)
const credentialsIn = (text: string): Credentials => {
  const token = /<SessionToken>([^<]*)</.exec(text)?.[1]
  const keys = { accessKeyId: within(text, 'AccessKeyId'), secretAccessKey: within(text, 'SecretAccessKey') }
  return token === undefined ? keys : { ...keys, sessionToken: token }
}

interface Hands {
  readonly rig: Rig
  readonly iam: Form
  readonly sts: Form
}

/** Who may look at the key with these credentials, and how that ends. */
function looker({ rig }: Hands, credentials: Credentials, revoke: () => Promise<unknown>): Granted {
  const at = () => ({ operation: 'DescribeKey', body: { KeyId: rig.keyId }, now: rig.house.ground.clock.now() })
  return { revoke, use: async node => kms(node, credentials, at()) }
}

const allowing = (action: string): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] })
const trusting = (principal: object): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }] })
const useKeys = allowing('kms:DescribeKey')

interface TheUser {
  readonly name: string
  readonly credentials: Credentials
}

/** A user with a key, without any right. */
async function newUser({ iam }: Hands): Promise<TheUser> {
  const name = `u${crypto.randomUUID().slice(0, 8)}`
  await iam('CreateUser', { UserName: name })
  return { name, credentials: credentialsIn(await iam('CreateAccessKey', { UserName: name })) }
}

/** A user who is given something, and how it is taken. */
const user =
  (give: (hands: Hands, one: TheUser) => Promise<unknown>, take: (hands: Hands, one: TheUser) => Promise<unknown>) =>
  async (hands: Hands): Promise<Granted> => {
    const one = await newUser(hands)
    await give(hands, one)
    return looker(hands, one.credentials, async () => take(hands, one))
  }
const inline = async ({ iam }: Hands, { name }: TheUser) =>
  iam('PutUserPolicy', { UserName: name, PolicyName: 'p', PolicyDocument: useKeys })
const policyArn = (name: string): string => `arn:aws:iam::${accountId}:policy/${name}`
async function managed({ iam }: Hands, { name }: TheUser): Promise<unknown> {
  await iam('CreatePolicy', { PolicyName: name, PolicyDocument: useKeys })
  return iam('AttachUserPolicy', { UserName: name, PolicyArn: policyArn(name) })
}
async function member({ iam }: Hands, { name }: TheUser): Promise<unknown> {
  await iam('CreateGroup', { GroupName: name })
  await iam('PutGroupPolicy', { GroupName: name, PolicyName: 'p', PolicyDocument: useKeys })
  return iam('AddUserToGroup', { GroupName: name, UserName: name })
}

/** What the administrator asks of keys. */
async function ofKeys({ rig }: Hands, operation: string, body: object): Promise<Answered> {
  const answered = await kms(rig.pipelines.kms, rig.administrator, { operation, body, now: rig.house.ground.clock.now() })
  assert(answered.status < 300, `${operation}: ${answered.status} ${answered.text}`)
  return answered
}
const userArn = (name: string): string => `arn:aws:iam::${accountId}:user/${name}`

/** The whole of a key's policy: the account, and a user of it. */
async function keyPolicy(hands: Hands, principal?: string): Promise<unknown> {
  const statement = (name: string, action: string) => ({ Effect: 'Allow', Principal: { AWS: name }, Action: action, Resource: '*' })
  const statements = [statement(accountId, 'kms:*'), ...(principal === undefined ? [] : [statement(principal, 'kms:DescribeKey')])]
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  return ofKeys(hands, 'PutKeyPolicy', { KeyId: hands.rig.keyId, Policy: policy })
}

async function granted(hands: Hands): Promise<Granted> {
  const { name, credentials } = await newUser(hands)
  const { keyId } = hands.rig
  const given = await ofKeys(hands, 'CreateGrant', { KeyId: keyId, GranteePrincipal: userArn(name), Operations: ['DescribeKey'] })
  return looker(hands, credentials, async () => ofKeys(hands, 'RevokeGrant', { KeyId: keyId, GrantId: given.json['GrantId'] }))
}

/** A session of a role, and what is done to the role. */
const session =
  (take: (hands: Hands, role: string) => Promise<unknown>) =>
  async (hands: Hands): Promise<Granted> => {
    const { iam, sts } = hands
    const role = `r${crypto.randomUUID().slice(0, 8)}`
    await iam('CreateRole', { RoleName: role, AssumeRolePolicyDocument: trusting({ AWS: accountId }) })
    await iam('PutRolePolicy', { RoleName: role, PolicyName: 'p', PolicyDocument: useKeys })
    const given = await sts('AssumeRole', { RoleArn: `arn:aws:iam::${accountId}:role/${role}`, RoleSessionName: 'session' })
    return looker(hands, credentialsIn(given), async () => take(hands, role))
  }

const removals: Readonly<Record<string, (hands: Hands) => Promise<Granted>>> = {
  'a policy of a user': user(inline, async ({ iam }, { name }) => iam('DeleteUserPolicy', { UserName: name, PolicyName: 'p' })),
  'what a policy of a user said': user(inline, async ({ iam }, { name }) =>
    iam('PutUserPolicy', { UserName: name, PolicyName: 'p', PolicyDocument: allowing('kms:Encrypt') }),
  ),
  'an attached policy': user(managed, async ({ iam }, { name }) => iam('DetachUserPolicy', { UserName: name, PolicyArn: policyArn(name) })),
  'the version in force of an attached policy': user(managed, async ({ iam }, { name }) =>
    iam('CreatePolicyVersion', { PolicyArn: policyArn(name), PolicyDocument: allowing('kms:Encrypt'), SetAsDefault: 'true' }),
  ),
  'a membership': user(member, async ({ iam }, { name }) => iam('RemoveUserFromGroup', { GroupName: name, UserName: name })),
  'a policy of a group': user(member, async ({ iam }, { name }) => iam('DeleteGroupPolicy', { GroupName: name, PolicyName: 'p' })),
  'all beyond a boundary': user(inline, async ({ iam }, { name }) => {
    await iam('CreatePolicy', { PolicyName: name, PolicyDocument: allowing('kms:Encrypt') })
    return iam('PutUserPermissionsBoundary', { UserName: name, PermissionsBoundary: policyArn(name) })
  }),
  'a statement of the key’s own policy': user(
    async (hands, { name }) => keyPolicy(hands, userArn(name)),
    async hands => keyPolicy(hands),
  ),
  'a grant': granted,
  'an access key': user(inline, async ({ iam }, { name, credentials }) =>
    iam('UpdateAccessKey', { UserName: name, AccessKeyId: credentials.accessKeyId, Status: 'Inactive' }),
  ),
  'a policy of a role': session(async ({ iam }, role) => iam('DeleteRolePolicy', { RoleName: role, PolicyName: 'p' })),
  'a role': session(async ({ iam }, role) => {
    await iam('DeleteRolePolicy', { RoleName: role, PolicyName: 'p' })
    return iam('DeleteRole', { RoleName: role })
  }),
}

async function begin(): Promise<Hands> {
  const house = await signedHouse()
  const { context, clock } = house.ground
  const pipelines = {
    iam: createPipeline(context, iamProtocol(domain)),
    sts: createPipeline(context, stsProtocol(domain)),
    kms: createPipeline(context, awsKmsProtocol(domain)),
  }
  const { administrator } = house
  const made = await kms(pipelines.kms, administrator, { operation: 'CreateKey', body: {}, now: clock.now() })
  const rig = { house, pipelines, administrator, keyId: textIn(objectIn(made.json['KeyMetadata'])['KeyId']) }
  return { rig, iam: formsOf(rig, 'iam'), sts: formsOf(rig, 'sts') }
}

denies({
  title: 'of accounts, after an acknowledged removal',
  begin,
  ground: ({ rig }) => rig.house.ground,
  pipeline: context => createPipeline(context, awsKmsProtocol(domain)),
  removals,
  denied: [400, 403],
})
