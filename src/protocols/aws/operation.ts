import { z } from 'zod'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Answer } from '#protocols/http/answer.ts'
import type { Input, Operation } from '#protocols/http/operation.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { bodyReader, type AwsBody, type ReadBody } from './bodies.ts'
import { beginTrail, noteAnswer, noteParameters, type Trail } from './trail.ts'

/** Where a request is: the Region that its host or its scope names; accounts are their principals'. */
export interface AwsSite {
  /** `us-east-1` */
  readonly region: string
  readonly partition: 'aws'
}

const noMembers = z.object({})
type NoMembers = typeof noMembers

/** An operation that is named by a target header or an action: all of them are sent to `/`. */
export type AwsOperation<B> = Operation<Context, AwsSite, NoMembers, NoMembers, ReadBody<B>> & { readonly trail: Trail<B> }

interface Declared<B> {
  /** The service's own name of it: `Encrypt`, `AssumeRole`. */
  readonly name: string
  readonly permissions: readonly Permission[] | 'public' | 'authenticated'
  readonly linked?: readonly Permission[]
  readonly body: AwsBody<B>
  readonly trail: Trail<B>
  resource?(at: { readonly site: AwsSite; readonly request: WireRequest }): string
  handle(context: Context, call: Call, input: Input<AwsSite, unknown, unknown, B>): Promise<Answer>
}

/** Declares one, with its body's type inferred. */
export const awsOperation = <B>(declared: Declared<B>): AwsOperation<B> => ({
  ...declared,
  async handle(context, call, input) {
    // Who shows no signature is in a trail all the same, once it is known whose.
    if (declared.permissions === 'public') beginTrail(call, declared.trail, { region: input.site.region, request: input.request })
    noteParameters(call, declared.trail, input.body)
    const answer = await declared.handle(context, call, input)
    noteAnswer(call, declared.trail, answer)
    return answer
  },
  body: bodyReader(declared.body),
  method: 'POST',
  path: '/',
  unversioned: true,
  params: noMembers,
  query: noMembers,
})
