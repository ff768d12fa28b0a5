// For tests alone: operations sent to the wire as a client signs them.
import type { Credentials } from '#domain/accounts/testing.ts'
import type { TestGround } from '#domain/testing.ts'
import { sign } from '#protocols/aws/testing.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask } from '#protocols/http/testing.ts'
import { awsKmsProtocol } from './index.ts'

export function kmsSender({ context, clock }: TestGround, region: string) {
  const pipeline = createPipeline(context, awsKmsProtocol('keystead.test'))
  return async (credentials: Credentials, operation: string, body: object) =>
    ask(
      pipeline,
      sign({
        method: 'POST',
        url: `https://kms.${region}.keystead.test/`,
        credentials,
        service: 'kms',
        region,
        at: clock.now(),
        headers: { 'x-amz-target': `TrentService.${operation}`, 'content-type': 'application/x-amz-json-1.1' },
        body: JSON.stringify(body),
      }),
    )
}
