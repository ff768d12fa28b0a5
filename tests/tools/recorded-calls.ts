// What Terraform's AWS provider asked in a run of the tutorial, and the same asked once more where the provider is not to be had.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { IAM } from '@aws-sdk/client-iam'
import { KMS } from '@aws-sdk/client-kms'
import { STS } from '@aws-sdk/client-sts'
import { z } from 'zod'
import type { Instance } from '#tests/clients/instance.ts'
import { accountOf } from './account.ts'

const file = join(import.meta.dirname, 'terraform-account', 'calls.json')

const parameters = z.record(z.string(), z.unknown())
const callShape = z.object({
  source: z.string(),
  region: z.string(),
  name: z.string(),
  parameters: parameters.nullable(),
  /** Of a refusal that is part of it: a thing is looked for until it is gone. */
  error: z.string().optional(),
})
type Call = z.output<typeof callShape>

const rowsShape = z.object({
  rows: z.array(
    z.looseObject({
      userAgent: z.string().optional(),
      cloudTrail: z
        .looseObject({
          eventSource: z.string(),
          eventName: z.string(),
          awsRegion: z.string(),
          recipientAccountId: z.string(),
          errorCode: z.string().optional(),
          requestParameters: parameters.nullish(),
          responseElements: parameters.nullish(),
        })
        .optional(),
    }),
  ),
})

const served = new Set(['kms.amazonaws.com', 'iam.amazonaws.com', 'sts.amazonaws.com'])

/** Calls that give something an id, and where their answer names it. */
const givers: Readonly<Record<string, readonly string[]>> = {
  CreateKey: ['keyMetadata', 'keyId'],
  CreateGrant: ['grantId'],
}

const memberOf = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((at, name) => (typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined), value)
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Writes down what the provider asked, in its order, with names for the ids of this run. What a record never holds is not in it: plaintexts, ciphertexts. */
export async function recordCalls(instance: Instance): Promise<void> {
  const { rows } = rowsShape.parse(await instance.ask('audit', 'query'))
  const names = new Map<string, string>()
  const calls = rows.flatMap(({ userAgent = '', cloudTrail: record }): readonly Call[] => {
    // What S3 asks of a key for the provider, it asks for itself when it is asked again.
    const theirs = record !== undefined && served.has(record.eventSource) && !JSON.stringify(record).includes('aws:s3:arn')
    if (!theirs || !/terraform/i.test(userAgent)) return []
    const { eventSource: source, eventName: name, awsRegion: region, errorCode: error } = record
    names.set(record.recipientAccountId, 'account')
    const given = textOf(memberOf(record.responseElements, givers[name] ?? ['']))
    if (given !== '') names.set(given, `${name}${names.size}`)
    return [{ source, region, name, parameters: record.requestParameters ?? null, ...(error !== undefined && { error }) }]
  })
  let text = JSON.stringify(calls, undefined, 1)
  for (const [id, name] of names) text = text.replaceAll(id, `\${${name}}`)
  writeFileSync(file, `${text}\n`)
}

/** Asks all of it again of an instance; each call must succeed, or fail as it failed. Answers how many there were. */
export async function replayCalls(instance: Instance): Promise<number> {
  const { at, region } = accountOf(instance)
  const known = new Map([['account', (await new STS(at).getCallerIdentity({})).Account ?? '']])
  const recorded = z.array(callShape).parse(JSON.parse(readFileSync(file, 'utf8')))
  for (const call of recorded) {
    const config = { ...at, region: call.region === '' ? region : call.region }
    const clients: Readonly<Record<string, object>> = {
      'kms.amazonaws.com': new KMS(config),
      'iam.amazonaws.com': new IAM(config),
      'sts.amazonaws.com': new STS(config),
    }
    const client = clients[call.source] ?? assert.fail(`no client of ${call.source}`)
    const input = upper(filled(call.parameters ?? {}, known))
    const answer = await asked(client, call, { ...(await withheld(call, input, new KMS(config))), ...input })
    const path = givers[call.name]
    if (path === undefined || answer === undefined) continue
    known.set(`${call.name}${known.size}`, textOf(memberOf(answer, path.map(capitalised))))
  }
  return recorded.length
}

/** What a record never holds and the call needs: a plaintext, or a ciphertext that opens under the same context. */
async function withheld({ name }: Call, input: object, kms: KMS): Promise<object> {
  const Plaintext = Buffer.from('no secret at all')
  if (name === 'Encrypt') return { Plaintext }
  if (name !== 'Decrypt') return {}
  const { CiphertextBlob } = await kms.encrypt({
    KeyId: 'alias/my-secrets',
    Plaintext,
    EncryptionContext: contextShape.parse(input).EncryptionContext,
  })
  return { CiphertextBlob }
}
const contextShape = z.looseObject({ EncryptionContext: z.record(z.string(), z.string()).optional() })

function filled(value: unknown, known: ReadonlyMap<string, string>): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(/\$\{(\w+)\}/g, (all, name: string) => known.get(name) ?? all))
}

/** A record names members as its own language does, the client as the service's. Maps of the caller's keep their keys. */
const upper = (value: unknown): object =>
  Object.fromEntries(Object.entries(value ?? {}).map(([name, member]) => [capitalised(name), upperIn(name, member)]))
const callersOwn = new Set(['encryptionContext', 'encryptionContextEquals', 'encryptionContextSubset'])
function upperIn(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => (typeof one === 'object' && one !== null ? upper(one) : one))
  return typeof value === 'object' && value !== null && !callersOwn.has(name) ? upper(value) : value
}

async function asked(client: object, { name, error: expected }: Call, input: object): Promise<unknown> {
  const method: unknown = Reflect.get(client, name.charAt(0).toLowerCase() + name.slice(1))
  assert(typeof method === 'function', `no call ${name}`)
  try {
    const answer: unknown = await Reflect.apply(method, client, [input])
    assert.equal(expected, undefined, `${name} was refused with ${expected}`)
    return answer
  } catch (error) {
    if (!(error instanceof Error) || error.name === 'AssertionError') throw error
    assert.equal(error.name, expected, `${name}: ${error.message}`)
    return undefined
  }
}
