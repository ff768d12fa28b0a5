import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { sealAuthorizationMessage } from '#domain/sessions/authorization-message.ts'
import { system } from '#model/principal.ts'
import { testGround, type TestGround } from '#domain/testing.ts'
import { createPipeline, type Pipeline } from '#protocols/http/pipeline.ts'
import { ask, type Answered } from '#protocols/http/testing.ts'
import { testAccount, testUser, type Credentials, type TestAccount } from '#domain/accounts/testing.ts'
import { sign, type SignedRequest, type ToSign } from '#protocols/aws/testing.ts'
import { stsProtocol } from './index.ts'

const domain = 'keystead.test'
let ground: TestGround
let pipeline: Pipeline
let account: TestAccount
let user: Credentials & { readonly userId: string }

before(async () => {
  ground = await testGround()
  pipeline = createPipeline(ground.context, stsProtocol(domain))
  account = await testAccount(ground, '111122223333')
  user = await testUser(ground, { accountId: account.accountId, name: 'Ci' })
})

const form = (action: string, more: Readonly<Record<string, string>> = {}): string =>
  new URLSearchParams({ Action: action, Version: '2011-06-15', ...more }).toString()
const signed = (credentials: Credentials, changes: Partial<ToSign> = {}): SignedRequest =>
  sign({
    credentials,
    url: `https://sts.us-east-1.${domain}/`,
    service: 'sts',
    region: 'us-east-1',
    at: ground.clock.now(),
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: form('GetCallerIdentity'),
    ...changes,
  })
const send = async (
  request: SignedRequest,
  changes: { readonly body?: string; readonly url?: string; readonly headers?: Readonly<Record<string, string | undefined>> } = {},
) => {
  const headers = Object.fromEntries(Object.entries({ ...request.headers, ...changes.headers }).filter(([, value]) => value !== undefined))
  return ask(pipeline, { ...request, ...changes, headers: headers as Record<string, string> }) // oxlint-disable-line typescript/no-unsafe-type-assertion -- what was undefined is out
}
const member = ({ text }: Answered, name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]
const refusal = (answered: Answered) => [answered.status, member(answered, 'Code')]

describe('whoever signs', () => {
  test('is the root of the account, or the user whose key it is, and may always ask who that is', async () => {
    const root = await send(signed(account.root))
    assert.equal(root.status, 200, root.text)
    assert.deepEqual(
      [member(root, 'Arn'), member(root, 'UserId'), member(root, 'Account')],
      ['arn:aws:iam::111122223333:root', '111122223333', '111122223333'],
    )
    const own = await send(signed(user))
    assert.deepEqual([member(own, 'Arn'), member(own, 'UserId')], ['arn:aws:iam::111122223333:user/Ci', user.userId])
    assert.match(user.userId, /^AIDA[A-Z2-7]{17}$/)
  })

  test('may sign the query instead, and for another Region at the address that all share', async () => {
    const shared = await send(signed(user, { url: 'https://localhost:8443/', region: 'eu-west-1' }))
    assert.equal(shared.status, 200, shared.text)
    const { scope, date, signingKey } = signed(user)
    const query = `Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(`${user.accessKeyId}/${scope}`)}&X-Amz-Date=${date}&X-Amz-Expires=60&X-Amz-SignedHeaders=host`
    const { createHash, createHmac } = await import('node:crypto')
    const canonical = `GET\n/\n${query}\nhost:sts.us-east-1.${domain}\n\nhost\n${createHash('sha256').digest('hex')}`
    const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`
    const url = `https://sts.us-east-1.${domain}/?${query}&X-Amz-Signature=${createHmac('sha256', signingKey).update(text).digest('hex')}`
    assert.equal((await ask(pipeline, { url })).status, 200)
    assert.deepEqual(refusal(await ask(pipeline, { url: url.replace('Expires=60', 'Expires=61') })), [403, 'SignatureDoesNotMatch'])
    assert.deepEqual(refusal(await ask(pipeline, { url: url.replace('Expires=60', 'Expires=604801') })), [400, 'IncompleteSignature'])
  })

  test('is refused for each fault of a signature with its own error', async () => {
    const plain = signed(user)
    const { authorization = '' } = plain.headers
    const minutes = (count: number) => ground.clock.now() + count * 60_000
    const nobody = { ...user, accessKeyId: `AKIA${'A2'.repeat(8)}` }
    const mismatch = [403, 'SignatureDoesNotMatch']
    const faults: Readonly<Record<string, readonly [answered: Promise<Answered>, expected: readonly (number | string)[]]>> = {
      'another body': [send(plain, { body: form('GetSessionToken') }), mismatch],
      'another query': [send(plain, { url: `https://sts.us-east-1.${domain}/?a=b` }), mismatch],
      'another signature': [
        send(plain, { headers: { authorization: authorization.replace(/.$/, one => (one === '0' ? '1' : '0')) } }),
        mismatch,
      ],
      'no hex': [send(plain, { headers: { authorization: authorization.replace(/Signature=.*/, 'Signature=zz') } }), mismatch],
      'another secret': [send(signed({ ...user, secretAccessKey: `x${user.secretAccessKey}` })), mismatch],
      'an unknown key': [send(signed(nobody)), [403, 'InvalidClientTokenId']],
      'a token that nobody gave': [send(signed({ ...user, sessionToken: 'FwoGZXIvYXdzEAAA' })), [403, 'InvalidClientTokenId']],
      'no signature': [send(plain, { headers: { authorization: undefined } }), [403, 'MissingAuthenticationToken']],
      'half a header': [send(plain, { headers: { authorization: authorization.split(', Signature')[0] } }), [400, 'IncompleteSignature']],
      'another scheme': [send(plain, { headers: { authorization: 'Bearer xxxx' } }), [400, 'IncompleteSignature']],
      SigV4A: [
        send(plain, { headers: { authorization: authorization.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256') } }),
        [400, 'IncompleteSignature'],
      ],
      'no date': [send(plain, { headers: { 'x-amz-date': undefined } }), [400, 'IncompleteSignature']],
      'another date': [send(plain, { headers: { 'x-amz-date': plain.date.replace(/..Z$/, '59Z') } }), mismatch],
      'another day in the scope': [
        send(plain, { headers: { authorization: authorization.replace(plain.date.slice(0, 8), '20200101') } }),
        mismatch,
      ],
      'another terminator': [send(plain, { headers: { authorization: authorization.replace('aws4_request', 'aws5_request') } }), mismatch],
      'another Region': [send(signed(user, { region: 'eu-west-1' })), mismatch],
      'no Region of this partition': [send(signed(user, { region: 'mars-north-1', url: 'https://localhost/' })), mismatch],
      'another service': [send(signed(user, { service: 'kms' })), mismatch],
      'a host that is not signed': [send(plain, { headers: { authorization: authorization.replace('host;', '') } }), mismatch],
      'an x-amz- header that is not signed': [send(plain, { headers: { 'x-amz-meta': '1' } }), mismatch],
      'a payload that is not signed': [send(signed(user, { payloadHash: 'UNSIGNED-PAYLOAD' })), mismatch],
      'six minutes late': [send(signed(user, { at: minutes(-6) })), mismatch],
      'six minutes early': [send(signed(user, { at: minutes(6) })), mismatch],
    }
    for (const [what, [answered, expected]] of Object.entries(faults)) {
      const found = await answered
      assert.deepEqual(refusal(found), expected, `${what}: ${found.text}`)
      assert(!found.text.includes(user.secretAccessKey))
      assert.equal(ground.rows().at(-1)?.['writes'], undefined)
    }
    for (const near of [-4, 4]) assert.equal((await send(signed(user, { at: minutes(near) }))).status, 200)
    assert.match(
      (await send(signed(user, { at: minutes(-6) }))).text,
      /Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)/,
    )
    assert.match((await send(signed(user, { at: minutes(6) }))).text, /Signature not yet current: /)
  })
})

describe('an access key', () => {
  test('ends with the request after it was switched off, also where its signing key is known, and lives again when it is on', async () => {
    const one = await testUser(ground, { accountId: account.accountId, name: 'switched' })
    const { context } = ground
    const turn = async (active: boolean) =>
      ground.run(system, async call => {
        const key = await context.accessKeys.get(call, context.instance.installation, [one.accessKeyId])
        assert(key !== undefined)
        context.accessKeys.update(call, key, { ...key.value, active })
      })
    for (const active of [true, false, true, false]) {
      await turn(active)
      const answered = await send(signed(one))
      assert.deepEqual(refusal(answered), active ? [200, undefined] : [403, 'InvalidClientTokenId'])
    }
  })

  test('is not inherited by another user of the same name', async () => {
    const { context } = ground
    const one = await testUser(ground, { accountId: account.accountId, name: 'again' })
    await ground.run(system, async call => {
      const { value } = (await context.accounts.get(call, context.instance.installation, [account.accountId])) ?? assert.fail()
      const held = (await context.accountUsers.get(call, value.compartment, ['again'])) ?? assert.fail()
      context.accountUsers.update(call, held, { ...held.value, id: 'AIDAANOTHER' })
    })
    assert.deepEqual(refusal(await send(signed(one))), [403, 'InvalidClientTokenId'])
  })

  test('names its account', async () => {
    const reader = await testUser(ground, {
      accountId: account.accountId,
      name: 'reader',
      policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:GetAccessKeyInfo', Resource: '*' }] },
    })
    const told = await send(signed(reader, { body: form('GetAccessKeyInfo', { AccessKeyId: user.accessKeyId }) }))
    assert.equal(member(told, 'Account'), account.accountId, told.text)
    const denied = await send(signed(user, { body: form('GetAccessKeyInfo', { AccessKeyId: user.accessKeyId }) }))
    assert.deepEqual(refusal(denied), [403, 'AccessDenied'])
    assert.match(
      denied.text,
      /User: arn:aws:iam::111122223333:user\/Ci is not authorized to perform: sts:GetAccessKeyInfo on resource: \* because no identity-based policy allows the sts:GetAccessKeyInfo action/,
    )
  })
})

describe('a refusal that a service has sealed', () => {
  test('is told to those of the account who may know, and to nobody else', async () => {
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:DecodeAuthorizationMessage', Resource: '*' }] }
    const reader = await testUser(ground, { accountId: account.accountId, name: 'decoder', policy })
    const message = {
      accountId: account.accountId,
      principal: { id: user.userId, arn: 'arn:aws:iam::111122223333:user/Ci' },
      action: 'ec2:CreateVolume',
      resource: '*',
      because: 'with an explicit deny in an identity-based policy',
    }
    const encoded = sealAuthorizationMessage(ground.context, message)
    assert(!Buffer.from(encoded, 'base64url').includes('CreateVolume'))
    const ask = async (who: Credentials, text: string) =>
      send(signed(who, { body: form('DecodeAuthorizationMessage', { EncodedMessage: text }) }))
    const told = await ask(reader, encoded)
    assert.equal(told.status, 200, told.text)
    const decoded: unknown = JSON.parse((member(told, 'DecodedMessage') ?? '').replaceAll('&quot;', '"'))
    assert.deepEqual(decoded, {
      allowed: false,
      explicitDeny: true,
      matchedStatements: { items: [] },
      failures: { items: [] },
      context: { principal: message.principal, action: message.action, resource: '*', conditions: { items: [] } },
      reason: message.because,
    })
    assert.deepEqual(refusal(await ask(user, encoded)), [403, 'AccessDenied'])
    const others = sealAuthorizationMessage(ground.context, { ...message, accountId: '444455556666' })
    for (const none of [others, `${encoded.slice(0, -4)}AAAA`, 'x'])
      assert.deepEqual(refusal(await ask(reader, none)), [400, 'InvalidAuthorizationMessageException'])
  })
})

describe('a session of the own', () => {
  const session = async (of: Credentials, seconds = '900'): Promise<Credentials> => {
    const given = await send(signed(of, { body: form('GetSessionToken', { DurationSeconds: seconds }) }))
    assert.equal(given.status, 200, given.text)
    return {
      accessKeyId: member(given, 'AccessKeyId') ?? '',
      secretAccessKey: member(given, 'SecretAccessKey') ?? '',
      sessionToken: member(given, 'SessionToken') ?? '',
    }
  }

  test('is the user, with its token and no other, until its time is over', async () => {
    const [one, two] = [await session(user), await session(user)]
    assert.match(one.accessKeyId, /^ASIA[A-Z2-7]{16}$/)
    assert.equal(member(await send(signed(one)), 'Arn'), 'arn:aws:iam::111122223333:user/Ci')
    const { sessionToken = '', ...tokenless } = one
    const others: readonly Credentials[] = [
      tokenless,
      { ...one, sessionToken: two.sessionToken ?? '' },
      { ...one, sessionToken: `${sessionToken.slice(0, -8)}AAAAAAAA` },
    ]
    for (const other of others) assert.deepEqual(refusal(await send(signed(other))), [403, 'InvalidClientTokenId'])
    assert.deepEqual(refusal(await send(signed(one, { body: form('GetSessionToken') }))), [403, 'AccessDenied'])
    ground.clock.advance(899_000)
    assert.equal((await send(signed(one))).status, 200)
    ground.clock.advance(1_000)
    assert.deepEqual(refusal(await send(signed(one))), [403, 'ExpiredToken'])
  })

  test('leaves no token and no secret in the audit', async () => {
    const one = await session(account.root, '129600')
    const log = JSON.stringify(ground.rows())
    assert(log.includes(one.accessKeyId) && !log.includes(one.secretAccessKey) && !log.includes(one.sessionToken ?? '-'))
    assert.deepEqual(refusal(await send(signed(user, { body: form('GetSessionToken', { DurationSeconds: '899' }) }))), [
      400,
      'ValidationError',
    ])
  })
})
