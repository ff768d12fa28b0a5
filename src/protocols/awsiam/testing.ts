// For tests alone: the service's own client for JavaScript, whose requests go through the wire's pipeline without a socket.
import { Readable } from 'node:stream'
import { IAM } from '@aws-sdk/client-iam'
import { testAccount, type Credentials } from '#domain/accounts/testing.ts'
import { testGround, type TestGround } from '#domain/testing.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask } from '#protocols/http/testing.ts'
import { iamProtocol } from './index.ts'

export interface IamGround {
  readonly ground: TestGround
  /** Of the account's root. */
  readonly root: IAM
  readonly rootKey: Credentials
  as(credentials: Credentials, region?: string): IAM
}

export const accountId = '111122223333'

/** What the client hands over instead of opening a connection. */
interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body?: string | Uint8Array
}

/** An account over a store in memory, and clients of whoever is in it. */
export async function iamGround(): Promise<IamGround> {
  const ground = await testGround()
  const { root: rootKey } = await testAccount(ground, accountId)
  const pipeline = createPipeline(ground.context, iamProtocol(ground.context.instance.domain))
  const requestHandler = {
    async handle({ method, path, headers, body }: Sent) {
      const url = `https://localhost${path}`
      const {
        status,
        headers: answered,
        bytes,
      } = await ask(pipeline, { method, url, headers, ...(body !== undefined && { body: Buffer.from(body).toString() }) })
      return { response: { statusCode: status, headers: answered, body: Readable.from([bytes]) } }
    },
  }
  // The client's own clock is the machine's; the ground's stands where its test put it.
  const systemClockOffset = ground.clock.now() - (performance.timeOrigin + performance.now())
  const as = (credentials: Credentials, region = 'us-east-1'): IAM =>
    new IAM({ endpoint: 'https://localhost', region, credentials, maxAttempts: 1, requestHandler, systemClockOffset })
  return { ground, rootKey, root: as(rootKey), as }
}
