import { z } from 'zod'
import { assertGrantTokens } from '#domain/account-keys/grants/grant-token.ts'
import type { Context } from '#domain/context.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'
import type { TrailKind } from '#protocols/aws/trail.ts'
import type { Operation } from '#protocols/http/operation.ts'

type KmsOperation = Operation<Context, AwsSite> & { readonly trail: TrailKind }

const withTokens = z.object({ GrantTokens: z.array(z.string()).readonly().optional() })

/**
 * Every operation alike refuses tokens that are none. What a token is of needs no naming: grants are in force with the answer that gave them, and end
 * with the one that ended them (aws-kms.md 4.3).
 */
export const checkingTokens = (operation: KmsOperation): KmsOperation => ({
  ...operation,
  async handle(context, call, input) {
    const { data } = withTokens.safeParse(input.body)
    if (data?.GrantTokens !== undefined) assertGrantTokens(context, data.GrantTokens)
    return operation.handle(context, call, input)
  },
})
