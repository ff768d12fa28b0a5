// Keys and users of an account, made as its administrator would, for a client that comes with nothing but its access key.
import { readFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { CreateKeyCommand, type CreateKeyCommandInput } from '@aws-sdk/client-kms'
import { z } from 'zod'
import { awsClients, type AwsPrincipal } from '#tests/clients/aws.ts'
import type { Instance } from '#tests/clients/instance.ts'

export interface Account {
  readonly clients: ReturnType<typeof awsClients>
  /** What other clients of the administrator are made with. */
  readonly at: { readonly endpoint: string; readonly credentials: AwsPrincipal; readonly requestHandler: object }
  readonly region: string
  readonly endpoint: string
  /** Its ARN. */
  key(how?: CreateKeyCommandInput): Promise<string>
  /** The surroundings of a user who may do these actions on any thing of the account, or nothing. */
  user(name: string, ...actions: readonly string[]): Promise<NodeJS.ProcessEnv>
}

const shape = z.looseObject({
  caFile: z.string(),
  region: z.string(),
  endpoints: z.looseObject({ aws: z.url() }),
  administrator: z.looseObject({ awsAccessKeyId: z.string(), awsSecretAccessKey: z.string() }),
})

export function accountOf(instance: Instance): Account {
  const { caFile, region, endpoints, administrator } = shape.parse(instance.environment)
  const credentials = { accessKeyId: administrator.awsAccessKeyId, secretAccessKey: administrator.awsSecretAccessKey }
  const ca = readFileSync(caFile, 'utf8')
  const clients = awsClients({ endpoint: endpoints.aws, ca, region }, credentials)
  const { kms, iam } = clients
  return {
    clients,
    at: { endpoint: endpoints.aws, credentials, requestHandler: { httpsAgent: new Agent({ ca }) } },
    region,
    endpoint: endpoints.aws,
    async key(how = {}) {
      const { KeyMetadata: made } = await kms.send(new CreateKeyCommand(how))
      return made?.Arn ?? ''
    },
    async user(name, ...actions) {
      await iam.send(new CreateUserCommand({ UserName: name }))
      const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] }
      if (actions.length > 0)
        await iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'own', PolicyDocument: JSON.stringify(document) }))
      const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: name }))
      return { ...process.env, AWS_ACCESS_KEY_ID: key?.AccessKeyId, AWS_SECRET_ACCESS_KEY: key?.SecretAccessKey }
    },
  }
}
