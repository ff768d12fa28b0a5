// Verification of signed requests alone, in one process over a store in memory. Prints microseconds as one line of JSON.
import { hash } from 'node:crypto'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { median } from '#bench/statistics.ts'
import { testAccount } from '#domain/accounts/testing.ts'
import { beginCall, keepsake, type Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { testGround } from '#domain/testing.ts'
import { anonymous } from '#model/principal.ts'
import { authenticate } from '#protocols/aws/authenticate.ts'
import { sign } from '#protocols/aws/testing.ts'
import { bareRequest, takeApart } from '#protocols/http/request.ts'

const [samples, callsPerSample] = [7, 20_000]
const ground = await testGround()
const { context, clock } = ground
const { root } = await testAccount(ground, '111122223333')
const region = 'us-east-1'
const body = JSON.stringify({ KeyId: '1234abcd-12ab-34cd-56ef-1234567890ab', Plaintext: Buffer.alloc(32).toString('base64') })

/** As Amazon's client for JavaScript sends it: all but one of its headers signed. */
const signed = sign({
  credentials: root,
  service: 'kms',
  region,
  at: clock.now(),
  url: `https://kms.${region}.keystead.test/`,
  body,
  payloadHash: hash('sha256', body, 'hex'),
  headers: {
    'content-type': 'application/x-amz-json-1.1',
    'content-length': Buffer.byteLength(body).toString(),
    'x-amz-target': 'TrentService.Encrypt',
    'amz-sdk-invocation-id': '00000000-0000-4000-8000-000000000000',
    'amz-sdk-request': 'attempt=1; max=3',
    'x-amz-user-agent': 'aws-sdk-js/3.1164.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#26.10.0 api/kms#3.1164.0',
  },
})
const message = new IncomingMessage(new Socket())
message.method = 'POST'
message.url = '/'
message.headers = { ...signed.headers, 'user-agent': 'aws-sdk-js/3.1164.0' }
message.rawHeaders = Object.entries(message.headers).flatMap(([name, value]) => [name, String(value)])
const request = takeApart(message, bareRequest(message))
request.body = Buffer.from(body)

const begun = beginCall({
  source: { requestId: '', plane: 'kms' },
  at: clock.now(),
  decidedAt: context.ground.view.appliedSeq,
  operation: 'Encrypt',
  resource: '',
  who: anonymous,
  keepsake: keepsake(),
})
/** Nothing is kept from one request to the next. */
const call: Call = { ...begun, once: async (_what, make) => make() }
const forgetful: Context = { ...context, derivedKeys: { get: () => undefined, set: () => undefined } }

/** Microseconds a request, of all threads of this process. Median of samples. */
async function cost(of: Context): Promise<number> {
  const work = async () => authenticate(of, call, { service: { signing: 'kms' }, site: { region, partition: 'aws' }, request })
  const times: number[] = []
  for (let sample = -1; sample < samples; sample += 1) {
    const before = process.cpuUsage()
    for (let at = 0; at < callsPerSample; at += 1) await work()
    const used = process.cpuUsage(before)
    if (sample >= 0) times.push((used.user + used.system) / callsPerSample)
  }
  return median(times)
}

console.log(JSON.stringify({ known: await cost(context), derived: await cost(forgetful) }))
