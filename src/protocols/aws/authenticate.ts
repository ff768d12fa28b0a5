import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import type { AwsSite } from './operation.ts'

export interface Signed {
  readonly service: { readonly signing: string; readonly global?: true }
  readonly site: AwsSite
  readonly request: WireRequest
}

/** Whoever signed the request. Nobody yet: no access key is given out before signatures are verified. */
export async function authenticate(_context: Context, _call: Call, _signed: Signed): Promise<Principal> {
  throw new Problem({ code: 'SignatureMissing' })
}
