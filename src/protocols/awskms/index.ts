import type { Context } from '#domain/context.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'
import { amznHeaders, jsonService } from '#protocols/aws/service.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { checkingTokens } from './grant-tokens.ts'
import { operations } from './operations/index.ts'
import { refuse } from './problems.ts'

/** The key service: `kms.{region}.{domain}`, and wherever the signature says kms. */
export const awsKmsProtocol = (domain: string): Protocol<Context, AwsSite> =>
  jsonService(
    { name: 'awskms', signing: 'kms', domain },
    { prefixes: ['TrentService'], operations: operations.map(one => checkingTokens(one)), refuse, headers: amznHeaders },
  )
