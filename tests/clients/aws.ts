// AWS's own clients at an instance, as `AWS_ENDPOINT_URL` would point them there.
import { Agent } from 'node:https'
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail'
import { EC2Client } from '@aws-sdk/client-ec2'
import { IAMClient } from '@aws-sdk/client-iam'
import { KMSClient } from '@aws-sdk/client-kms'
import { S3Client } from '@aws-sdk/client-s3'
import { STSClient } from '@aws-sdk/client-sts'
import { refusalTold, secretsIn } from '#tests/left-behind/noted.ts'

export interface AwsPrincipal {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface AwsAt {
  /** `https://localhost:PORT` */
  readonly endpoint: string
  /** PEM that vouches for it. */
  readonly ca: string
  readonly region?: string
}

/** Notes what is secret of what is asked and answered. */
const noting =
  <Args extends { readonly input: object }, Answer extends { readonly output: object }>(next: (args: Args) => Promise<Answer>) =>
  async (args: Args): Promise<Answer> => {
    secretsIn(args.input)
    try {
      const answer = await next(args)
      secretsIn(answer.output)
      return answer
    } catch (error) {
      refusalTold(String(error))
      throw error
    }
  }

/** One client of each service, without retries: a refusal is seen as it came. */
export function awsClients({ endpoint, ca, region = 'us-east-1' }: AwsAt, credentials: AwsPrincipal) {
  const requestHandler = { httpsAgent: new Agent({ ca, keepAlive: false }) }
  const config = { endpoint, region, credentials, maxAttempts: 1, requestHandler }
  const clients = {
    kms: new KMSClient(config),
    sts: new STSClient(config),
    iam: new IAMClient(config),
    trails: new CloudTrailClient(config),
    ec2: new EC2Client(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
  }
  const first = { step: 'initialize' } as const
  clients.kms.middlewareStack.add(noting, first)
  clients.sts.middlewareStack.add(noting, first)
  clients.iam.middlewareStack.add(noting, first)
  clients.trails.middlewareStack.add(noting, first)
  clients.ec2.middlewareStack.add(noting, first)
  clients.s3.middlewareStack.add(noting, first)
  return clients
}
