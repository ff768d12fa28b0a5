import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { testAccount } from '#domain/accounts/testing.ts'
import { testGround } from '#domain/testing.ts'
import { sign, type ToSign } from '#protocols/aws/testing.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, type Answered } from '#protocols/http/testing.ts'
import { s3Protocol } from './index.ts'

export type Headers = Readonly<Record<string, string>>

export interface Sent {
  readonly body?: string
  readonly headers?: Headers
}

/** An account whose root has a bucket, `bucket`, and asks of it by paths below it. */
export async function bucketHouse() {
  const region = 'us-east-1'
  const ground = await testGround()
  const { root } = await testAccount(ground, '111122223333')
  const pipeline = createPipeline(ground.context, s3Protocol('keystead.test'))
  const signed = (method: string, path: string, changes: Partial<ToSign> = {}) =>
    sign({
      method,
      url: `https://s3.${region}.keystead.test/bucket${path}`,
      credentials: root,
      service: 's3',
      region,
      at: ground.clock.now(),
      ...changes,
    })
  const send = async (method: string, path: string, { body, headers }: Sent = {}): Promise<Answered> => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body).toString() }
    const changes = {
      payloadHash: hash('sha256', body ?? '', 'hex'),
      headers: { ...headers, ...length },
      ...(body !== undefined && { body }),
    }
    return ask(pipeline, signed(method, path, changes))
  }
  assert.equal((await send('PUT', '')).status, 200)
  return { ground, pipeline, root, signed, send }
}
