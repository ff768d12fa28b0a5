import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { localIssuer } from '#adapters/outgoing/testing.ts'
import { testAccount, testRole, testUser, type Credentials, type TestAccount } from '#domain/accounts/testing.ts'
import { parseRow } from '#domain/audit/parse-row.ts'
import { issueToken } from '#domain/identity/issue-token.ts'
import { identityGround, tenantId, type IdentityGround } from '#domain/identity/testing.ts'
import { system } from '#model/principal.ts'
import { createPipeline, type Pipeline } from '#protocols/http/pipeline.ts'
import { ask, type Answered } from '#protocols/http/testing.ts'
import { cloudTrailRecord } from '#protocols/aws/cloud-trail-record.ts'
import { sign } from '#protocols/aws/testing.ts'
import { stsProtocol } from './index.ts'

const domain = 'keystead.test'
const accountId = '111122223333'
const issuer = await localIssuer()
after(async () => issuer[Symbol.asyncDispose]())

let ground: IdentityGround
let pipeline: Pipeline
let account: TestAccount
before(async () => {
  ground = await identityGround({ outgoing: issuer.outgoing })
  pipeline = createPipeline(ground.context, stsProtocol(domain))
  account = await testAccount(ground, accountId)
})

const statement = (action: string | readonly string[], more: object = {}) => ({ Effect: 'Allow', Action: action, Resource: '*', ...more })
const policyOf = (...statements: readonly object[]) => ({ Version: '2012-10-17', Statement: statements })
const trusting = (principal: unknown, more: object = {}) =>
  policyOf({ Effect: 'Allow', Principal: principal, Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'], ...more })
const assuming = policyOf(statement('sts:*'))

const role = async (made: {
  readonly name: string
  readonly trust: object
  readonly maxSessionSeconds?: number
  readonly tags?: Readonly<Record<string, string>>
}): Promise<string> => testRole(ground, { accountId, policy: assuming, ...made })

const form = (action: string, more: Readonly<Record<string, string>>) =>
  new URLSearchParams({ Action: action, Version: '2011-06-15', ...more }).toString()
const type = { 'content-type': 'application/x-www-form-urlencoded' }
const url = `https://sts.us-east-1.${domain}/`
const send = async (credentials: Credentials, action: string, more: Readonly<Record<string, string>> = {}): Promise<Answered> =>
  ask(
    pipeline,
    sign({ credentials, url, service: 'sts', region: 'us-east-1', at: ground.clock.now(), headers: type, body: form(action, more) }),
  )
const assume = async (credentials: Credentials, roleArn: string, more: Readonly<Record<string, string>> = {}): Promise<Answered> =>
  send(credentials, 'AssumeRole', { RoleArn: roleArn, RoleSessionName: 'work', ...more })
const member = ({ text }: Answered, name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]
const refusal = (answered: Answered) => [answered.status, member(answered, 'Code')]
const credentialsIn = (answered: Answered): Credentials => {
  assert.equal(answered.status, 200, answered.text)
  return {
    accessKeyId: member(answered, 'AccessKeyId') ?? '',
    secretAccessKey: member(answered, 'SecretAccessKey') ?? '',
    sessionToken: member(answered, 'SessionToken') ?? '',
  }
}

describe('a role', () => {
  test('is given to whom it trusts: a session of its own id and name, for as long as was asked for', async () => {
    const user = await testUser(ground, { accountId, name: 'trusted' })
    const arn = await role({ name: 'deploy', trust: trusting({ AWS: `arn:aws:iam::${accountId}:user/trusted` }) })
    const answered = await assume(user, arn, { DurationSeconds: '900' })
    const session = credentialsIn(answered)
    assert.equal(member(answered, 'Arn'), `arn:aws:sts::${accountId}:assumed-role/deploy/work`)
    assert.match(member(answered, 'AssumedRoleId') ?? '', /^AROA[A-Z2-7]{17}:work$/)
    assert.equal(Date.parse(member(answered, 'Expiration') ?? ''), ground.clock.now() + 900_000) // oxlint-disable-line no-restricted-globals -- reads what the wire wrote
    assert.equal(member(await send(session, 'GetCallerIdentity'), 'Arn'), `arn:aws:sts::${accountId}:assumed-role/deploy/work`)
  })

  test('is not given to others, and nobody learns whether it is there', async () => {
    const stranger = await testUser(ground, { accountId, name: 'stranger' })
    const may = await testUser(ground, { accountId, name: 'may', policy: assuming })
    const closed = await role({ name: 'closed', trust: trusting({ AWS: `arn:aws:iam::${accountId}:user/trusted` }) })
    const open = await role({ name: 'open', trust: trusting({ AWS: `arn:aws:iam::${accountId}:root` }) })
    assert.deepEqual(refusal(await assume(stranger, open)), [403, 'AccessDenied'], 'the account is trusted, its policies say nothing')
    assert.equal((await assume(may, open)).status, 200)
    const told = await Promise.all([closed, `${closed}-none`].map(async arn => (await assume(may, arn)).text))
    const texts = told.map(text => /<Message>(.*)<\/Message>/.exec(text)?.[1]?.replace('-none', ''))
    assert.equal(texts[0], `User: arn:aws:iam::${accountId}:user/may is not authorized to perform: sts:AssumeRole on resource: ${closed}`)
    assert.equal(texts[1], texts[0])
    assert.deepEqual(refusal(await assume(account.root, open)), [403, 'AccessDenied'])
    for (const bad of ['arn:aws:iam::111122223333:user/x', 'arn:aws:s3:::bucket/role/deploy-x'])
      assert.deepEqual(refusal(await assume(may, bad)), [400, 'ValidationError'])
  })

  test('asks for what its trust policy asks for', async () => {
    const partner = await testUser(ground, { accountId, name: 'partner', policy: assuming })
    const principal = { AWS: `arn:aws:iam::${accountId}:root` }
    const external = await role({
      name: 'external',
      trust: trusting(principal, { Condition: { StringEquals: { 'sts:ExternalId': 'the-partner' } } }),
    })
    assert.equal((await assume(partner, external, { ExternalId: 'the-partner' })).status, 200)
    assert.deepEqual(refusal(await assume(partner, external, { ExternalId: 'someone' })), [403, 'AccessDenied'])
    assert.deepEqual(refusal(await assume(partner, external)), [403, 'AccessDenied'])
    const tagged = await role({
      name: 'tagged',
      trust: trusting(principal, { Condition: { StringEquals: { 'aws:RequestTag/Team': 'a' } } }),
    })
    const tag = (value: string) => ({ 'Tags.member.1.Key': 'Team', 'Tags.member.1.Value': value })
    assert.equal((await assume(partner, tagged, tag('a'))).status, 200)
    assert.deepEqual(refusal(await assume(partner, tagged, tag('b'))), [403, 'AccessDenied'])
    const bare = await role({ name: 'bare', trust: policyOf({ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }) })
    assert.equal((await assume(partner, bare)).status, 200)
    assert.deepEqual(refusal(await assume(partner, bare, tag('a'))), [403, 'AccessDenied'], 'tags are a right of their own')
    assert.deepEqual(refusal(await assume(partner, bare, { SourceIdentity: 'alice' })), [403, 'AccessDenied'])
  })

  test('is given for no longer than it says, and for an hour to sessions of roles', async () => {
    const user = await testUser(ground, { accountId, name: 'long', policy: assuming })
    const arn = await role({ name: 'long', maxSessionSeconds: 7_200, trust: trusting({ AWS: `arn:aws:iam::${accountId}:root` }) })
    const seconds = async (who: Credentials, count: string) => refusal(await assume(who, arn, { DurationSeconds: count }))
    assert.deepEqual(await seconds(user, '7200'), [200, undefined])
    for (const count of ['7201', '899', '43201']) assert.deepEqual(await seconds(user, count), [400, 'ValidationError'], count)
    const session = credentialsIn(await assume(user, arn))
    assert.deepEqual(await seconds(session, '3600'), [200, undefined])
    assert.deepEqual(await seconds(session, '3601'), [400, 'ValidationError'])
    assert.deepEqual(refusal(await send(user, 'AssumeRole', { RoleArn: arn, RoleSessionName: 'a' })), [400, 'ValidationError'])
    assert.deepEqual(refusal(await send(session, 'GetSessionToken')), [403, 'AccessDenied'])
  })

  test('narrowed by a policy is no more than that, and what does not fit into a session is refused', async () => {
    const user = await testUser(ground, { accountId, name: 'narrow', policy: assuming })
    const arn = await role({ name: 'narrow', trust: trusting({ AWS: `arn:aws:iam::${accountId}:root` }) })
    const answered = await assume(user, arn, { Policy: JSON.stringify(policyOf(statement('kms:Decrypt'))) })
    const session = credentialsIn(answered)
    assert(Number(member(answered, 'PackedPolicySize')) > 0)
    const asked = { AccessKeyId: user.accessKeyId }
    assert.deepEqual(refusal(await send(session, 'GetAccessKeyInfo', asked)), [403, 'AccessDenied'])
    assert.match((await send(session, 'GetAccessKeyInfo', asked)).text, /because no session policy allows the sts:GetAccessKeyInfo action/)
    assert.equal((await send(credentialsIn(await assume(user, arn)), 'GetAccessKeyInfo', asked)).status, 200)
    assert.deepEqual(refusal(await assume(user, arn, { Policy: '{"Version":"2012-10-17"}' })), [400, 'MalformedPolicyDocument'])
    const nowhere = { 'PolicyArns.member.1.arn': `arn:aws:iam::${accountId}:policy/nowhere` }
    assert.deepEqual(refusal(await assume(user, arn, nowhere)), [400, 'MalformedPolicyDocument'])
    const chance = (at: number) => Buffer.from(ground.context.ground.random.bytes(90)).toString('hex') + at.toString()
    const tags: Record<string, string> = {}
    for (let at = 1; at < 50; at++) {
      tags[`Tags.member.${at}.Key`] = `k${at}`
      tags[`Tags.member.${at}.Value`] = chance(at)
    }
    assert.deepEqual(refusal(await assume(user, arn, tags)), [400, 'PackedPolicyTooLarge'])
  })

  test('that was made anew has none of the sessions of the one before', async () => {
    const user = await testUser(ground, { accountId, name: 'again', policy: assuming })
    const arn = await role({ name: 'again', trust: trusting({ AWS: `arn:aws:iam::${accountId}:root` }) })
    const session = credentialsIn(await assume(user, arn))
    assert.equal((await send(session, 'GetCallerIdentity')).status, 200)
    const { context } = ground
    await ground.run(system, async call => {
      const { value } = (await context.accounts.get(call, context.instance.installation, [accountId])) ?? assert.fail()
      const held = (await context.accountRoles.get(call, value.compartment, ['again'])) ?? assert.fail()
      context.accountRoles.remove(call, held)
    })
    assert.deepEqual(refusal(await send(session, 'GetCallerIdentity')), [403, 'InvalidClientTokenId'])
    await role({ name: 'again', trust: trusting({ AWS: `arn:aws:iam::${accountId}:root` }) })
    assert.deepEqual(refusal(await send(session, 'GetCallerIdentity')), [403, 'InvalidClientTokenId'])
  })

  test('passes tags that are transitive and the source identity on, and neither can be changed', async () => {
    const user = await testUser(ground, { accountId, name: 'source', policy: assuming })
    const first = await role({ name: 'first', trust: trusting({ AWS: `arn:aws:iam::${accountId}:root` }) })
    const condition = { StringEquals: { 'aws:PrincipalTag/Team': 'a', 'aws:SourceIdentity': 'alice' } }
    const second = await role({ name: 'second', trust: trusting({ AWS: `arn:aws:iam::${accountId}:root` }, { Condition: condition }) })
    const team = { 'Tags.member.1.Key': 'Team', 'Tags.member.1.Value': 'a', 'TransitiveTagKeys.member.1': 'Team' }
    const session = credentialsIn(await assume(user, first, { ...team, SourceIdentity: 'alice' }))
    const chained = credentialsIn(await assume(session, second))
    const otherCase = credentialsIn(await assume(user, first, { ...team, 'TransitiveTagKeys.member.1': 'TEAM', SourceIdentity: 'alice' }))
    assert.equal((await assume(otherCase, second)).status, 200, 'keys have no case')
    assert.equal((await assume(chained, second)).status, 200, 'the tag came along')
    assert.deepEqual(refusal(await assume(session, second, { SourceIdentity: 'mallory' })), [400, 'ValidationError'])
    assert.deepEqual(refusal(await assume(session, second, team)), [400, 'ValidationError'])
    assert.deepEqual(refusal(await assume(user, first, { 'TransitiveTagKeys.member.1': 'Team' })), [400, 'ValidationError'])
  })

  test('has the tag of the session instead of its own, whatever the case of their keys', async () => {
    const user = await testUser(ground, { accountId, name: 'overlaying', policy: assuming })
    const everyone = { AWS: `arn:aws:iam::${accountId}:root` }
    const own = await role({ name: 'own-tag', trust: trusting(everyone), tags: { team: 'x' } })
    const only = async (value: string): Promise<string> => {
      const condition = { StringEquals: { 'aws:PrincipalTag/team': value } }
      return role({ name: `only-${value}`, trust: trusting(everyone, { Condition: condition }) })
    }
    const [x, y] = [await only('x'), await only('y')]
    const plain = credentialsIn(await assume(user, own))
    assert.deepEqual([(await assume(plain, x)).status, (await assume(plain, y)).status], [200, 403])
    const tagged = credentialsIn(await assume(user, own, { 'Tags.member.1.Key': 'TEAM', 'Tags.member.1.Value': 'y' }))
    assert.deepEqual([(await assume(tagged, x)).status, (await assume(tagged, y)).status], [403, 200])
  })
})

describe('a role for whom an issuer vouches', () => {
  const now = 1_800_000_000
  const subject = 'repo:contoso/app:ref:refs/heads/main'
  const good = { sub: subject, aud: 'sts.amazonaws.com', iat: now - 10, nbf: now - 10, exp: now + 600 }
  const bare = (name: string): string => name.replace('https://', '').replace(/\/$/, '')

  async function provider(name: string, clientIds: readonly string[]): Promise<string> {
    const { context } = ground
    const url = bare(name)
    await ground.run(system, async call => {
      const { value } = (await context.accounts.get(call, context.instance.installation, [accountId])) ?? assert.fail()
      context.identityProviders.create(call, value.compartment, {
        path: [url],
        value: { accountId, url, clientIds: [...clientIds], thumbprints: [], tags: {}, createdAt: call.at },
      })
    })
    return `arn:aws:iam::${accountId}:oidc-provider/${url}`
  }
  const web = async (roleArn: string, token: string): Promise<Answered> =>
    ask(pipeline, {
      url,
      method: 'POST',
      headers: type,
      body: form('AssumeRoleWithWebIdentity', { RoleArn: roleArn, RoleSessionName: 'ci', WebIdentityToken: token }),
    })
  const trust = (arn: string, condition: object) =>
    policyOf({ Effect: 'Allow', Principal: { Federated: arn }, Action: 'sts:AssumeRoleWithWebIdentity', Condition: condition })

  test('is given to that subject of that issuer alone, unsigned', async () => {
    const arn = await provider(issuer.issuer, ['sts.amazonaws.com'])
    const ci = await role({
      name: 'ci',
      trust: trust(arn, { StringEquals: { [`${bare(issuer.issuer)}:sub`]: subject, [`${bare(issuer.issuer)}:aud`]: 'sts.amazonaws.com' } }),
    })
    const answered = await web(ci, issuer.token(good))
    const session = credentialsIn(answered)
    assert.deepEqual(
      [member(answered, 'SubjectFromWebIdentityToken'), member(answered, 'Provider'), member(answered, 'Audience')],
      [subject, arn, 'sts.amazonaws.com'],
    )
    const row = ground.rows().findLast(one => one['operation'] === 'AssumeRoleWithWebIdentity')
    const record = cloudTrailRecord(parseRow({ seq: 1, text: JSON.stringify(row) }))
    assert.deepEqual(
      [
        record?.recipientAccountId,
        record?.userIdentity['type'],
        record?.userIdentity['userName'],
        record?.userIdentity['identityProvider'],
      ],
      [accountId, 'WebIdentityUser', subject, arn],
    )
    const said = JSON.stringify(record)
    assert(said.includes(session.accessKeyId) && !said.includes(session.secretAccessKey) && !said.includes(session.sessionToken ?? ''))
    assert.equal(member(await send(session, 'GetCallerIdentity'), 'Arn'), `arn:aws:sts::${accountId}:assumed-role/ci/ci`)
    const faults: readonly (readonly [what: string, token: string, expected: readonly unknown[]])[] = [
      ['another subject', issuer.token({ ...good, sub: 'repo:mallory/app' }), [403, 'AccessDenied']],
      [
        'a claim that is called like the subject but for its case',
        issuer.token({ ...good, sub: 'repo:mallory/app', SUB: subject }),
        [403, 'AccessDenied'],
      ],
      ['another audience', issuer.token({ ...good, aud: 'https://elsewhere' }), [400, 'InvalidIdentityToken']],
      ['out of date', issuer.token({ ...good, exp: now - 600 }), [400, 'ExpiredTokenException']],
      ['too early', issuer.token({ ...good, nbf: now + 600, exp: now + 900 }), [403, 'IDPRejectedClaim']],
      ['nonsense', 'nonsense', [400, 'InvalidIdentityToken']],
      [
        'unsigned',
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ ...good, iss: issuer.issuer })).toString('base64url')}.`,
        [400, 'InvalidIdentityToken'],
      ],
      ['spoiled', `${issuer.token(good).slice(0, -8)}AAAAAAAA`, [400, 'InvalidIdentityToken']],
      [
        'an issuer that the account does not know',
        issuer.token({ ...good, iss: 'https://unknown.example' }),
        [400, 'InvalidIdentityToken'],
      ],
    ]
    for (const [what, token, expected] of faults) assert.deepEqual(refusal(await web(ci, token)), expected, what)
    assert.deepEqual(refusal(await web(`${ci}-none`, issuer.token(good))), [403, 'AccessDenied'])
    assert.deepEqual(refusal(await send(account.root, 'AssumeRole', { RoleArn: ci, RoleSessionName: 'ci' })), [403, 'AccessDenied'])
  })

  test('is given to an application of a tenant here by its access token, until its credential is taken away', async () => {
    const made = await ground.add('workload')
    const login = `https://login.${domain}`
    const arn = await provider(`${login}/${tenantId}/`, ['api://AzureADTokenExchange'])
    const bridged = await role({ name: 'bridged', trust: trust(arn, { StringEquals: { [`login.${domain}/${tenantId}:sub`]: made.oid } }) })
    const tokenOf = async ({ appId, secretText }: typeof made): Promise<string> => {
      const { accessToken } = await ground.run(system, async call =>
        issueToken(ground.context, call, {
          tenant: tenantId,
          grantType: 'client_credentials',
          clientId: appId,
          credential: { secret: secretText },
          asked: { scope: 'api://AzureADTokenExchange/.default' },
          capable: false,
          login,
          reached: { domain, portSuffix: '' },
        }),
      )
      return accessToken
    }
    const token = await tokenOf(made)
    const session = credentialsIn(await web(bridged, token))
    assert.equal(member(await send(session, 'GetCallerIdentity'), 'Arn'), `arn:aws:sts::${accountId}:assumed-role/bridged/ci`)
    assert.deepEqual(refusal(await web(bridged, await tokenOf(await ground.add('other')))), [403, 'AccessDenied'])
    await ground.run(system, async call => {
      const held = (await ground.context.applications.get(call, made.application.compartment, made.application.path)) ?? assert.fail()
      ground.context.applications.update(call, held, { ...held.value, passwordCredentials: [] })
    })
    assert.deepEqual(refusal(await web(bridged, token)), [400, 'InvalidIdentityToken'])
  })
})
