import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { testAccount, testUser, type Credentials, type TestAccount } from '#domain/accounts/testing.ts'
import { parseRow } from '#domain/audit/parse-row.ts'
import { testGround, type TestGround } from '#domain/testing.ts'
import { system } from '#model/principal.ts'
import { iamProtocol } from '#protocols/awsiam/index.ts'
import { kmsSender } from '#protocols/awskms/testing.ts'
import { cloudTrailRecord } from '#protocols/aws/cloud-trail-record.ts'
import { sign } from '#protocols/aws/testing.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, type Answered } from '#protocols/http/testing.ts'
import { stsProtocol } from './index.ts'

const domain = 'keystead.test'
const region = 'us-east-1'
const accountId = '111122223333'

let ground: TestGround
let account: TestAccount
let asked: (credentials: Credentials, service: 'sts' | 'iam', form: Readonly<Record<string, string>>) => Promise<Answered>
let kms: ReturnType<typeof kmsSender>
before(async () => {
  ground = await testGround()
  account = await testAccount(ground, accountId)
  const wires = { sts: createPipeline(ground.context, stsProtocol(domain)), iam: createPipeline(ground.context, iamProtocol(domain)) }
  const hosts = { sts: `sts.${region}.${domain}`, iam: `iam.${domain}` }
  asked = async (credentials, service, form) =>
    ask(
      wires[service],
      sign({
        credentials,
        url: `https://${hosts[service]}/`,
        service,
        region,
        at: ground.clock.now(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
      }),
    )
  kms = kmsSender(ground, region)
})

const version = '2011-06-15'
const sts = async (credentials: Credentials, action: string, more: Readonly<Record<string, string>> = {}): Promise<Answered> =>
  asked(credentials, 'sts', { Action: action, Version: version, ...more })
const federate = async (credentials: Credentials, more: Readonly<Record<string, string>> = {}): Promise<Answered> =>
  sts(credentials, 'GetFederationToken', { Name: 'guest', ...more })
const member = ({ text }: Answered, name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]
const refusal = (answered: Answered) => [answered.status, member(answered, 'Code')]
const guest = (answered: Answered): Credentials => {
  assert.equal(answered.status, 200, answered.text)
  return {
    accessKeyId: member(answered, 'AccessKeyId') ?? '',
    secretAccessKey: member(answered, 'SecretAccessKey') ?? '',
    sessionToken: member(answered, 'SessionToken') ?? '',
  }
}
const policyOf = (...statements: readonly object[]) => ({ Version: '2012-10-17', Statement: statements })
const allow = (action: string | readonly string[], more: object = {}) => ({ Effect: 'Allow', Action: action, Resource: '*', ...more })
const narrow = (...statements: readonly object[]) => ({ Policy: JSON.stringify(policyOf(...statements)) })
const guestArn = `arn:aws:sts::${accountId}:federated-user/guest`
const everything = policyOf(allow('*'))

describe('a federated user', () => {
  test('is called by its name and has what came with its session of the rights of who vouches for it', async () => {
    const host = await testUser(ground, { accountId, name: 'host', policy: policyOf(allow(['sts:GetFederationToken', 'kms:ListKeys'])) })
    const answered = await federate(host, { ...narrow(allow('kms:List*')), DurationSeconds: '900' })
    assert.deepEqual([member(answered, 'FederatedUserId'), member(answered, 'Arn')], [`${accountId}:guest`, guestArn])
    assert.equal(Date.parse(member(answered, 'Expiration') ?? ''), ground.clock.now() + 900_000) // oxlint-disable-line no-restricted-globals -- reads what the wire wrote
    const session = guest(answered)
    const itself = await sts(session, 'GetCallerIdentity')
    assert.deepEqual([member(itself, 'Arn'), member(itself, 'UserId')], [guestArn, `${accountId}:guest`])
    assert.equal((await kms(session, 'ListKeys', {})).status, 200)
    assert.equal((await kms(session, 'ListAliases', {})).json['__type'], 'AccessDeniedException', 'the user may not')
    assert.equal((await kms(guest(await federate(host)), 'ListKeys', {})).json['__type'], 'AccessDeniedException', 'nothing came with it')
    const other = guest(await federate(host, narrow(allow('kms:ListAliases'))))
    assert.equal((await kms(other, 'ListKeys', {})).json['__type'], 'AccessDeniedException', 'its session does not say so')
  })

  test('has what the policy of a key gives it by its own name, whatever came with it', async () => {
    const host = await testUser(ground, { accountId, name: 'keyed', policy: everything })
    const toGuest = { Effect: 'Allow', Principal: { AWS: guestArn }, Action: 'kms:DescribeKey', Resource: '*' }
    const toAccount = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: 'kms:*', Resource: '*' }
    const made = await kms(host, 'CreateKey', { Policy: JSON.stringify(policyOf(toGuest, toAccount)) })
    const { KeyId } = made.json['KeyMetadata'] as { readonly KeyId: string } // oxlint-disable-line typescript/no-unsafe-type-assertion -- as the wire has it
    const bare = guest(await federate(host))
    assert.equal((await kms(bare, 'DescribeKey', { KeyId })).status, 200)
    assert.equal((await kms(bare, 'GetKeyPolicy', { KeyId })).json['__type'], 'AccessDeniedException')
    const elsewhere = guest(await federate(host, { Name: 'visitor' }))
    assert.equal((await kms(elsewhere, 'DescribeKey', { KeyId })).json['__type'], 'AccessDeniedException')
    assert.equal((await kms(host, 'CreateGrant', { KeyId, GranteePrincipal: guestArn, Operations: ['Encrypt'] })).status, 200)
    assert.equal((await kms(bare, 'Encrypt', { KeyId, Plaintext: 'AAAA' })).status, 200)
    assert.equal((await kms(elsewhere, 'Encrypt', { KeyId, Plaintext: 'AAAA' })).json['__type'], 'AccessDeniedException')
  })

  test('takes no role, asks nothing of IAM, and vouches for nobody', async () => {
    const host = await testUser(ground, { accountId, name: 'generous', policy: everything })
    const session = guest(await federate(host, narrow(allow('*'))))
    const RoleArn = `arn:aws:iam::${accountId}:role/any`
    assert.deepEqual(refusal(await sts(session, 'AssumeRole', { RoleArn, RoleSessionName: 'work' })), [403, 'AccessDenied'])
    assert.deepEqual(refusal(await federate(session)), [403, 'AccessDenied'])
    assert.deepEqual(refusal(await sts(session, 'GetSessionToken')), [403, 'AccessDenied'])
    assert.deepEqual(refusal(await asked(session, 'iam', { Action: 'ListUsers', Version: '2010-05-08' })), [403, 'InvalidClientTokenId'])
  })

  test('of the root has what came with it alone, for an hour at most', async () => {
    const answered = await federate(account.root, { ...narrow(allow('kms:ListKeys')), DurationSeconds: '129600' })
    assert.equal(Date.parse(member(answered, 'Expiration') ?? ''), ground.clock.now() + 3_600_000) // oxlint-disable-line no-restricted-globals -- reads what the wire wrote
    assert.equal((await kms(guest(answered), 'ListKeys', {})).status, 200)
    assert.equal((await kms(guest(answered), 'ListAliases', {})).json['__type'], 'AccessDeniedException')
    assert.equal((await kms(guest(await federate(account.root)), 'ListKeys', {})).json['__type'], 'AccessDeniedException')
  })

  test('has tags by a right of their own, over those of the user', async () => {
    const ofTeam = { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'red' } } }
    const host = await testUser(ground, {
      accountId,
      name: 'tagger',
      policy: policyOf(allow(['sts:GetFederationToken', 'sts:TagSession']), allow('kms:ListKeys', ofTeam)),
    })
    const tagged = (value: string) => ({ 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': value, ...narrow(allow('kms:*')) })
    assert.equal((await kms(guest(await federate(host, tagged('red'))), 'ListKeys', {})).status, 200)
    assert.equal((await kms(guest(await federate(host, tagged('blue'))), 'ListKeys', {})).json['__type'], 'AccessDeniedException')
    const without = await testUser(ground, { accountId, name: 'untagging', policy: policyOf(allow('sts:GetFederationToken')) })
    assert.deepEqual(refusal(await federate(without, tagged('red'))), [403, 'AccessDenied'])
  })

  test('is nobody once its user is gone, and stands in the trail with who vouched for it', async () => {
    const host = await testUser(ground, { accountId, name: 'leaving', policy: everything })
    const session = guest(await federate(host, narrow(allow('kms:*'))))
    assert.equal((await kms(session, 'ListKeys', {})).status, 200)
    const row = ground.rows().findLast(one => one['operation'] === 'ListKeys')
    const identity = cloudTrailRecord(parseRow({ seq: 1, text: JSON.stringify(row) }))?.userIdentity ?? {}
    const { sessionIssuer } = identity['sessionContext'] as { readonly sessionIssuer: unknown } // oxlint-disable-line typescript/no-unsafe-type-assertion -- as the record has it
    const issuer = {
      type: 'IAMUser',
      principalId: host.userId,
      arn: `arn:aws:iam::${accountId}:user/leaving`,
      accountId,
      userName: 'leaving',
    }
    assert.deepEqual([identity['type'], identity['arn'], sessionIssuer], ['FederatedUser', guestArn, issuer])
    await ground.run(system, async call => {
      const { value } = (await ground.context.accounts.get(call, ground.context.instance.installation, [accountId])) ?? assert.fail()
      ground.context.accountUsers.remove(
        call,
        (await ground.context.accountUsers.get(call, value.compartment, ['leaving'])) ?? assert.fail(),
      )
    })
    assert.equal((await kms(session, 'ListKeys', {})).json['__type'], 'UnrecognizedClientException')
  })

  test('is not had for what cannot be', async () => {
    const host = await testUser(ground, { accountId, name: 'mistaken', policy: everything })
    for (const [more, code] of [
      [{ Name: 'g' }, 'ValidationError'],
      [{ Name: 'g'.repeat(33) }, 'ValidationError'],
      [{ Name: 'a guest' }, 'ValidationError'],
      [{ DurationSeconds: '899' }, 'ValidationError'],
      [{ DurationSeconds: '129601' }, 'ValidationError'],
      [{ 'Tags.member.1.Key': 'a|b', 'Tags.member.1.Value': '' }, 'ValidationError'],
      [{ Policy: '{}' }, 'MalformedPolicyDocument'],
      [{ 'PolicyArns.member.1.arn': `arn:aws:iam::${accountId}:policy/none` }, 'MalformedPolicyDocument'],
    ] as const)
      assert.deepEqual(refusal(await federate(host, more)), [400, code], JSON.stringify(more))
    const stranger = await testUser(ground, { accountId, name: 'nobody' })
    const refused = await federate(stranger)
    assert.deepEqual(refusal(refused), [403, 'AccessDenied'])
    assert.match(refused.text, new RegExp(`not authorized to perform: sts:GetFederationToken on resource: ${guestArn}`))
  })
})
