import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { testGround, type TestGround } from '#domain/testing.ts'
import { createPipeline, type Pipeline } from '#protocols/http/pipeline.ts'
import { ask } from '#protocols/http/testing.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { isRegion, regionOfName, serviceMeant } from './addresses.ts'
import { amzEmpty, amzJson, amzXml } from './answers.ts'
import { jsonErrors } from './json-errors.ts'
import { awsOperation } from './operation.ts'
import { refuseIn } from './problems.ts'
import { queryErrors } from './query-errors.ts'
import { list, structure, text } from './schemas.ts'
import { amznHeaders, jsonService, queryService } from './service.ts'
import { unservedProtocol } from './unserved.ts'

const domain = 'keystead.test'
const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/'
const trail = { parameters: ['word'], readOnly: true }
const word = structure({ Word: text({ min: 2 }) })

const echo = awsOperation({
  name: 'Echo',
  permissions: 'public',
  body: { amzJson: word },
  trail,
  handle: async (_context, _call, { body, site }) =>
    amzJson({ Word: body.Word, Region: site.region, Bytes: Buffer.from('hi'), Absent: undefined }),
})
const guarded = awsOperation({ name: 'Guarded', permissions: [], body: { amzJson: word }, trail, handle: async () => amzEmpty() })
const say = awsOperation({
  name: 'Say',
  permissions: 'public',
  body: { amzQuery: structure({ Words: list(text({ min: 2 })) }) },
  trail,
  handle: async (_context, call, { body }) =>
    amzXml({ action: 'Say', namespace, requestId: call.source.requestId, result: { Words: body.Words } }),
})

let ground: TestGround
let json: Pipeline
let query: Pipeline
before(async () => {
  ground = await testGround()
  const own = { headers: amznHeaders, refuse: refuseIn(jsonErrors) }
  json = createPipeline(
    ground.context,
    jsonService({ name: 'awskms', signing: 'kms', domain }, { ...own, prefixes: ['TrentService'], operations: [echo, guarded] }),
  )
  query = createPipeline(
    ground.context,
    queryService(
      { name: 'awssts', signing: 'sts', domain },
      { ...own, refuse: refuseIn(queryErrors(namespace)), version: '2011-06-15', operations: [say] },
    ),
  )
})

const url = `https://kms.eu-west-1.${domain}/`
const targeted = async (
  target: string,
  body: unknown,
  more: { readonly method?: string; readonly type?: string; readonly url?: string } = {},
) =>
  ask(json, {
    method: more.method ?? 'POST',
    url: more.url ?? url,
    headers: { 'x-amz-target': target, 'content-type': more.type ?? 'application/x-amz-json-1.1' },
    body,
  })

describe('a JSON service', () => {
  test('answers the operation that the target names, in the Region of its name', async () => {
    const answered = await targeted('TrentService.Echo', { Word: 'hello', More: 1 })
    assert.equal(answered.status, 200, answered.text)
    assert.deepEqual(answered.json, { Word: 'hello', Region: 'eu-west-1', Bytes: 'aGk=' })
    assert.equal(answered.headers['content-type'], 'application/x-amz-json-1.1')
    assert.match(answered.headers['x-amzn-requestid'] ?? '', /^[0-9a-f-]{36}$/)
    assert.equal(ground.rows().at(-1)?.['operation'], 'Echo')
  })

  test('refuses in its words, and with 400, what is no request of its own', async () => {
    const faults: readonly (readonly [code: string, answered: ReturnType<typeof targeted>])[] = [
      ['UnknownOperationException', targeted('TrentService.MakeCoffee', {})],
      ['UnknownOperationException', targeted('OtherService.Echo', {})],
      ['UnknownOperationException', targeted('TrentService.Echo', {}, { type: 'text/plain' })],
      ['UnknownOperationException', targeted('TrentService.Echo', {}, { method: 'PUT' })],
      ['UnknownOperationException', targeted('TrentService.Echo', {}, { url: `${url}x` })],
      ['SerializationException', targeted('TrentService.Echo', '{')],
      ['SerializationException', targeted('TrentService.Echo', '[]')],
      ['SerializationException', targeted('TrentService.Echo', '{"Word":"aa","Word":"bb"}')],
      ['SerializationException', targeted('TrentService.Echo', { Word: 7 })],
      ['ValidationException', targeted('TrentService.Echo', '')],
      ['ValidationException', targeted('TrentService.Echo', { Word: 'a' })],
      ['MissingAuthenticationTokenException', targeted('TrentService.Guarded', { Word: 'aa' })],
    ]
    for (const [code, asked] of faults) {
      const answered = await asked
      assert.deepEqual([answered.status, answered.json['__type']], [400, code], answered.text)
    }
    const huge = await targeted('TrentService.Echo', JSON.stringify({ Word: 'x'.repeat(70_000) }))
    assert.deepEqual([huge.status, huge.json['__type']], [413, 'RequestEntityTooLargeException'])
  })
})

describe('a Query service', () => {
  test('tells whoever signs nothing and means another service that a signature is missing', async () => {
    const meant = new URLSearchParams({ Action: 'ListUsers', Version: '2010-05-08' })
    const at = `https://localhost/`
    assert.match((await ask(query, { url: at, body: meant })).text, /<Code>MissingAuthenticationToken</)
    const broken = { authorization: 'AWS4-HMAC-SHA256 nothing' }
    assert.match((await ask(query, { url: at, body: meant, headers: broken })).text, /<Code>IncompleteSignature</)
    const own = new URLSearchParams({ Action: 'ListUsers', Version: '2011-06-15' })
    assert.match((await ask(query, { url: at, body: own })).text, /<Code>InvalidAction</)
  })

  test('answers the action of a form and of a query', async () => {
    const form = new URLSearchParams({ Action: 'Say', Version: '2011-06-15', 'Words.member.1': 'a<b' })
    for (const answered of [
      await ask(query, { url: `https://sts.us-east-1.${domain}/`, body: form }),
      await ask(query, { url: `https://sts.us-east-1.${domain}/?${form.toString()}` }),
    ]) {
      assert.equal(answered.status, 200, answered.text)
      assert.match(
        answered.text,
        /^<SayResponse xmlns="https:\/\/sts[^"]+"><SayResult><Words><member>a&lt;b<\/member><\/Words><\/SayResult><ResponseMetadata>/,
      )
    }
  })

  test('refuses in its words', async () => {
    for (const [form, code] of [
      [{ Action: 'Shout', Version: '2011-06-15' }, 'InvalidAction'],
      [{ Action: 'Say', Version: '2010-01-01' }, 'InvalidAction'],
      [{ Words: 'x' }, 'InvalidAction'],
      [{ Action: 'Say', 'Words.member.1': 'x' }, 'ValidationError'],
    ] as const) {
      const answered = await ask(query, { url: `https://sts.us-east-1.${domain}/`, body: new URLSearchParams(form) })
      assert.equal(answered.status, 400)
      assert.match(answered.text, new RegExp(`<Type>Sender</Type><Code>${code}</Code><Message>`))
    }
  })
})

describe('an address', () => {
  const asked = (headers: Readonly<Record<string, string>>, rest: Partial<WireRequest> = {}): WireRequest => ({
    method: 'POST',
    host: 'localhost:8443',
    hostname: 'localhost',
    portSuffix: ':8443',
    path: '/',
    segments: [],
    query: new Map(),
    rawQuery: '',
    header: name => headers[name],
    rawHeaders: [],
    remoteAddress: '',
    localAddress: '',
    hasBody: true,
    body: undefined,
    bodyTooLong: false,
    waitedMs: 0,
    ...rest,
  })
  const scoped = (service: string) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  })

  test('that services share goes by the scope, then the target, then the action; without any it is not theirs', () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
    assert.equal(serviceMeant(asked({ ...scoped('iam'), 'x-amz-target': 'TrentService.Encrypt' })), 'iam')
    assert.equal(serviceMeant(asked({}, { rawQuery: 'X-Amz-Credential=AKIA%2F20260101%2Feu-west-1%2Fs3%2Faws4_request' })), 's3')
    assert.equal(serviceMeant(asked({ 'x-amz-target': 'TrentService.Encrypt' })), 'kms')
    assert.equal(serviceMeant(asked({ 'x-amz-target': 'AmazonSQS.ListQueues' })), '')
    assert.equal(serviceMeant(asked(form)), 'sts')
    assert.equal(serviceMeant(asked({}, { method: 'GET', rawQuery: 'Action=AssumeRole&Version=1' })), 'sts')
    assert.equal(serviceMeant(asked({ authorization: 'AWS AKIA:abc' })), 's3')
    assert.equal(serviceMeant(asked({ authorization: 'AWS4-HMAC-SHA256 nonsense' })), '')
    for (const page of [asked({}, { method: 'GET' }), asked(form, { path: '/devicelogin' }), asked({ authorization: 'Bearer x' })])
      assert.equal(serviceMeant(page), undefined)
  })

  test('with a scope that is none goes by its target, to be refused in the words of that service', async () => {
    const broken = {
      authorization: 'AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/kms, SignedHeaders=host, Signature=00',
      'x-amz-target': 'TrentService.Echo',
      'content-type': 'application/x-amz-json-1.1',
    }
    assert.equal(serviceMeant(asked(broken)), 'kms')
    const refused = await ask(json, {
      method: 'POST',
      url: 'https://localhost/',
      headers: { ...broken, 'x-amz-target': 'TrentService.Guarded' },
    })
    assert.deepEqual([refused.status, refused.json['__type']], [400, 'IncompleteSignatureException'])
  })

  test('by its own name is the service, the Region and nothing else', () => {
    const kms = { domain, label: 'kms' }
    assert.equal(regionOfName(kms, `kms.eu-west-1.${domain}`), 'eu-west-1')
    for (const other of [
      `kms.${domain}`,
      `kms.mars.${domain}`,
      `sts.eu-west-1.${domain}`,
      `x.kms.eu-west-1.${domain}`,
      'kms.eu-west-1.test',
      'localhost',
    ])
      assert.equal(regionOfName(kms, other), undefined, other)
    assert.equal(regionOfName({ domain, label: 'iam', global: true }, `iam.${domain}`), '')
    assert(isRegion('us-west-2') && isRegion('ap-southeast-4') && !isRegion('mars-north-1') && !isRegion('us-gov-west-1'))
  })

  test('of a service that is not here refuses in the words of its protocol', async () => {
    const unserved = unservedProtocol(domain)
    assert(unserved.serves('localhost', asked(scoped('sqs'))) && !unserved.serves('localhost', asked({})))
    const pipeline = createPipeline(ground.context, unserved)
    const queue = await ask(pipeline, {
      method: 'POST',
      url: 'https://localhost/',
      headers: { ...scoped('sqs'), 'x-amz-target': 'AmazonSQS.ListQueues' },
    })
    assert.deepEqual([queue.status, queue.json['__type']], [400, 'UnknownOperationException'])
    const topic = await ask(pipeline, {
      url: 'https://localhost/',
      headers: scoped('sns'),
      body: new URLSearchParams({ Action: 'ListTopics' }),
    })
    assert.match(topic.text, /<Code>InvalidAction<\/Code>/)
    const functions = await ask(pipeline, { url: 'https://localhost/2015-03-31/functions/', headers: scoped('lambda') })
    assert.deepEqual([functions.status, functions.headers['x-amzn-errortype']], [400, 'UnknownOperationException'])
  })
})
