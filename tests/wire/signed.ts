// Wires whose requests are signed, over one store in memory: an account, who may everything in it, and a user without any right.
import { rootArn } from '#domain/accounts/arn.ts'
import { createBucket } from '#domain/objects/create-bucket.ts'
import { bucketArn, bucketScope } from '#domain/objects/scopes.ts'
import { testAccount, testRole, testUser, type Credentials } from '#domain/accounts/testing.ts'
import { testGround, type GroundChanges, type TestGround } from '#domain/testing.ts'
import type { Context } from '#domain/context.ts'
import { sign } from '#protocols/aws/testing.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'
import { createPipeline, type Pipeline } from '#protocols/http/pipeline.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { ask, type Answered } from '#protocols/http/testing.ts'
import { domain } from './house.ts'
import { proxyOutside } from './kms-custody-requests.ts'

export const accountId = '111122223333'
export const region = 'us-east-1'

/** A role that whoever may in the account gets. */
export const assumable = `arn:aws:iam::${accountId}:role/assumable`

/** What an earlier good request left: ids of what it made. */
export type Kept = Map<string, string>

/** One good request of an operation; they are sent in the order of their table. */
export interface GoodRequest {
  readonly operation: string
  /** Members of its body; of forms, parameters by their whole names. */
  readonly body: (kept: Kept) => Readonly<Record<string, unknown>>
  /** What of the answer later requests need. */
  readonly keep?: (answered: Answered, kept: Kept) => void
  /** Where that is not 200: status and code of the service that has nothing to show. */
  readonly answers?: readonly [status: number, code: string]
  /** May be asked by whoever can sign, without any right. */
  readonly anybody?: true
  /** Why it is not sent here, and where it is. */
  readonly untried?: string
}

/** Codes, with their status, of what every operation is asked. */
export interface SignedWords {
  readonly malformed: string
  readonly nobody: readonly [status: number, code: string]
  readonly foreign: readonly [status: number, code: string]
  readonly stranger: readonly [status: number, code: string]
}

export interface SignedWire {
  readonly protocol: Protocol<Context, AwsSite>
  readonly service: string
  readonly host: string
  /** `X-Amz-Target` without its operation; absent: operations are actions of forms of this version. */
  readonly target?: string
  readonly version?: string
  /** Where they are not those of its protocol. */
  readonly words?: SignedWords
  readonly good: readonly GoodRequest[]
}

export type Signer = 'administrator' | 'stranger' | 'nobody'

export interface SignedHouse {
  readonly ground: TestGround
  readonly administrator: Credentials
  send(
    wire: SignedWire,
    who: Signer,
    what: { readonly operation: string; readonly body: string; readonly service?: string },
  ): Promise<Answered>
}

export async function signedHouse(changes: GroundChanges = {}): Promise<SignedHouse> {
  const ground = await testGround({ outgoing: proxyOutside, ...changes, domain })
  await testAccount(ground, accountId)
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
  const people: Readonly<Record<Exclude<Signer, 'nobody'>, Credentials>> = {
    administrator: await testUser(ground, { accountId, name: 'administrator', policy }),
    stranger: await testUser(ground, { accountId, name: 'stranger' }),
  }
  await testRole(ground, {
    accountId,
    name: 'assumable',
    trust: { ...policy, Statement: [{ Effect: 'Allow', Principal: { AWS: accountId }, Action: 'sts:AssumeRole' }] },
  })
  await bucketOfRecords(ground)
  const pipelines = new Map<string, Pipeline>()
  return {
    ground,
    administrator: people.administrator,
    async send(wire, who, { operation, body, service = wire.service }) {
      const { target, host } = wire
      const pipeline = pipelines.getOrInsertComputed(wire.protocol.name, () => createPipeline(ground.context, wire.protocol))
      const headers: Record<string, string> = {
        'content-type': target === undefined ? 'application/x-www-form-urlencoded' : 'application/x-amz-json-1.1',
        ...(target !== undefined && { 'x-amz-target': `${target}.${operation}` }),
      }
      const asked = { url: `https://${host}/`, method: 'POST', headers, body }
      if (who === 'nobody') return ask(pipeline, asked)
      return ask(pipeline, sign({ ...asked, credentials: people[who], service, region, at: ground.clock.now() }))
    },
  }
}

/** Where trails may carry records. */
export const bucketName = 'bucket-of-records'

const lettingTrailsIn = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: `${bucketArn(bucketName)}/AWSLogs/${accountId}/*`,
    },
  ],
})

async function bucketOfRecords({ context, ...ground }: TestGround): Promise<void> {
  const acting = {
    accountId,
    kind: 'root',
    arn: rootArn(accountId),
    userId: accountId,
    accessKeyId: '',
    sessionPolicies: [],
    tags: {},
  } as const
  const owned = { account: accountId, arn: bucketArn(bucketName), kind: 'account', facts: () => undefined } as const
  await ground.run({ kind: 'awsUser', id: accountId, tenant: accountId, acting }, async call => {
    const permit = context.access.permit(call, 'bucket.create', { on: bucketScope(bucketName), owned })
    const bucket = await createBucket(context, call, { permit, name: bucketName, accountId, region, tags: [], ownership: undefined })
    context.buckets.update(call, bucket, { ...bucket.value, policy: lettingTrailsIn })
  })
}

/** A body as the wire's protocol has it. */
export function bodyFor(wire: SignedWire, operation: string, members: Readonly<Record<string, unknown>>): string {
  if (wire.target !== undefined) return JSON.stringify(members)
  const texts = Object.entries(members).map(([name, value]): [string, string] => [name, String(value)])
  return new URLSearchParams([['Action', operation], ['Version', wire.version ?? ''], ...texts]).toString()
}

/** Bodies that are none. */
export const malformedFor = (wire: SignedWire, operation: string): readonly (readonly [what: string, body: string])[] =>
  wire.target === undefined
    ? [
        ['an encoding that is none', `${bodyFor(wire, operation, {})}&A=%zz`],
        ['a parameter twice', `${bodyFor(wire, operation, {})}&A=1&A=2`],
        ['a parameter that is a structure too', `${bodyFor(wire, operation, {})}&A=1&A.member.1=2`],
      ]
    : [
        ['no JSON', '{'],
        ['a member twice', '{"a":1,"a":2}'],
        ['a list', '[]'],
        ['a number', '7'],
      ]

/** The code of a refusal in JSON or XML. */
export const codeIn = ({ json, text }: Answered): unknown => json['__type'] ?? /<Code>([^<]*)<\/Code>/.exec(text)?.[1]
