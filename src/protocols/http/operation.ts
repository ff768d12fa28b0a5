import type { z } from 'zod'
import type { Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Facts } from '#domain/access/conditions/evaluate.ts'
import type { Found, Permit } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Answer } from './answer.ts'
import type { WireRequest } from './request.ts'

/** How an operation takes its body. `none`: whatever comes is not looked at. */
export type Body =
  | { readonly json: z.ZodType; readonly maximumBytes?: number }
  /** Absent is as good as present: clients differ. */
  | { readonly optionalJson: z.ZodType; readonly maximumBytes?: number }
  | { readonly form: z.ZodType; readonly maximumBytes?: number }
  /** Of this media type, as it comes; an operation of its own refuses what it holds. */
  | { readonly bytes: string; readonly maximumBytes?: number }
  /** As its wire reads it: codecs that are one service's own. Raises what the wire says of a body that is none. */
  | { readonly read: (request: WireRequest, bytes: Uint8Array) => unknown; readonly maximumBytes?: number }
  /** Not collected: the operation takes `request.incoming` as it comes, once. */
  | { readonly stream: true }
  | { readonly none: true }

export type BodyOf<B extends Body> = B extends { readonly json: infer S extends z.ZodType }
  ? z.output<S>
  : B extends { readonly optionalJson: infer S extends z.ZodType }
    ? z.output<S> | undefined
    : B extends { readonly form: infer S extends z.ZodType }
      ? z.output<S>
      : B extends { readonly bytes: string }
        ? Uint8Array
        : B extends { readonly read: (...given: never[]) => infer T }
          ? T
          : B extends { readonly stream: true }
            ? AsyncIterable<Uint8Array>
            : undefined

/** Hands over the permit asked of the path, or asks now for what was `found`. An undeclared permission is a bug. */
export type Ask = <P extends Permission>(permission: P, found?: Found) => Permit<P>

export interface Input<Site, P, Q, B> {
  readonly site: Site
  readonly params: P
  readonly query: Q
  readonly body: B
  readonly permit: Ask
  readonly request: WireRequest
}

/** An operation is data plus a handler; authorized and audited by construction. */
export interface Operation<Context, Site, P extends z.ZodType = z.ZodType, Q extends z.ZodType = z.ZodType, B extends Body = Body> {
  /** Its name in the audit: KeyWrap, VaultPut. */
  readonly name: string
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  /** `/keys/{name}/{version?}/wrapkey`: fixed segments in any case; `{x?}` may be absent or empty; `{x*}` in front takes any number of segments. */
  readonly path: string
  /** Asked of the path before the body is parsed. `public` needs no token at all; `authenticated`: a token, and the verb filters what it shows. */
  readonly permissions: readonly Permission[] | 'public' | 'authenticated'
  /** Asked of what lies deeper, once found. */
  readonly linked?: readonly Permission[]
  readonly params: P
  readonly query: Q
  readonly body: B
  /** `api-version` is not asked for: token endpoints, metadata. */
  readonly unversioned?: true
  /** Answered on a full disk too: what reads the audit, and what ends the instance (security-and-reliability.md 4.6). */
  readonly essential?: true
  /** Of `public`: everybody is told the same, and nothing changes. A flood of it is summed up in the audit (security-and-reliability.md 4.1). */
  readonly open?: true
  scope?(at: { readonly site: Site; readonly params: z.output<P> }): Scope
  /** What conditions of the permissions above may ask for, read from the request no sooner than they ask. */
  facts?(request: WireRequest, at: { readonly context: Context; readonly site: Site }): Facts
  /** The resource as its entry names it; the raw path where absent. */
  resource?(at: { readonly site: Site; readonly params: z.output<P>; readonly request: WireRequest }): string
  handle(context: Context, call: Call, input: Input<Site, z.output<P>, z.output<Q>, BodyOf<B>>): Promise<Answer>
}

/** Declares one, with its types inferred. */
export function operation<Context, Site>() {
  return <P extends z.ZodType, Q extends z.ZodType, B extends Body>(
    declared: Operation<Context, Site, P, Q, B>,
  ): Operation<Context, Site, P, Q, B> => declared
}
