// For tests alone: volumes and keys of an account, by their wires.
import assert from 'node:assert/strict'
import { testAccount, testUser, type Credentials } from '#domain/accounts/testing.ts'
import { testGround } from '#domain/testing.ts'
import { sign } from '#protocols/aws/testing.ts'
import type { Context } from '#domain/context.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, type Answered } from '#protocols/http/testing.ts'
import { ec2Protocol } from './index.ts'

const domain = 'keystead.test'
export const accountId = '111122223333'
export const region = 'us-east-1'
export const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
const volumesAlone = { ...everything, Statement: [{ Effect: 'Allow', Action: 'ec2:*', Resource: '*' }] }

/** `keys`: the wire of keys, which a test brings. */
export async function ec2Ground(keys: (domain: string) => Protocol<Context, AwsSite>) {
  const ground = await testGround({ domain })
  await testAccount(ground, accountId)
  const alice = await testUser(ground, { accountId, name: 'alice', policy: everything })
  const bob = await testUser(ground, { accountId, name: 'bob', policy: volumesAlone })
  const ec2Wire = createPipeline(ground.context, ec2Protocol(domain))
  const kmsWire = createPipeline(ground.context, keys(domain))
  const at = () => ground.clock.now()
  const ec2In =
    (where: string) =>
    async (who: Credentials, action: string, members: Readonly<Record<string, string>> = {}): Promise<Answered> =>
      ask(
        ec2Wire,
        sign({
          url: `https://ec2.${where}.${domain}/`,
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
          body: new URLSearchParams({ Action: action, Version: '2016-11-15', ...members }).toString(),
          credentials: who,
          service: 'ec2',
          region: where,
          at: at(),
        }),
      )
  const ec2 = ec2In(region)
  const kms = async (who: Credentials, action: string, members: object): Promise<Answered> =>
    ask(
      kmsWire,
      sign({
        url: `https://kms.${region}.${domain}/`,
        method: 'POST',
        headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${action}` },
        body: JSON.stringify(members),
        credentials: who,
        service: 'kms',
        region,
        at: at(),
      }),
    )
  const newKey = async (): Promise<string> => {
    const { text } = await kms(alice, 'CreateKey', {})
    return /"Arn":"([^"]+)"/.exec(text)?.[1] ?? assert.fail(text)
  }
  const newVolume = async (members: Readonly<Record<string, string>> = {}, who: Credentials = alice): Promise<string> => {
    const made = await ec2(who, 'CreateVolume', { AvailabilityZone: `${region}a`, Size: '8', ...members })
    assert.equal(made.status, 200, made.text)
    return valueOf(made, 'volumeId')
  }
  return { ground, alice, bob, ec2, elsewhere: ec2In('eu-west-1'), kms, newKey, newVolume }
}

/** The first element of that name. */
export const valueOf = ({ text }: Answered, name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? ''
export const idsIn = ({ text }: Answered): readonly (string | undefined)[] => [...text.matchAll(/<volumeId>([^<]+)</g)].map(([, id]) => id)
export const refusal = (answered: Answered) => [answered.status, valueOf(answered, 'Code')]
