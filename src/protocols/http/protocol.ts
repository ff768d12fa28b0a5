import type { Facts } from '#domain/access/conditions/evaluate.ts'
import type { Call } from '#domain/call.ts'
import type { Instance } from '#domain/instance.ts'
import type { Principal } from '#model/principal.ts'
import type { Answer } from './answer.ts'
import type { Operation } from './operation.ts'
import type { WireRequest } from './request.ts'

/** What a wire's words may lean on: while the instance is sealed there is nothing but the instance itself. */
export type Speaking<Context> = Partial<Context> & { readonly instance: Instance }

/** Which requests are a wire's: known without its operations, so that these are loaded when the first of them comes. */
export interface Address {
  /** Is this host mine? The name is lower case and without its port. A name that several wires share goes by the request's head, untaken apart. */
  serves(hostname: string, request?: WireRequest): boolean
  /** Is it one of those names? Absent: it shares none. */
  shares?(hostname: string): boolean
  /** The path is read by `named` alone: nothing in it is refused or taken apart before. */
  readonly ownPath?: true
}

/** Of a wire, for what stands before it. */
export const addressOf = (wire: Address): Address => ({
  serves: (hostname, request) => wire.serves(hostname, request),
  shares: hostname => wire.shares?.(hostname) === true,
  ...(wire.ownPath === true && { ownPath: true }),
})

/** One wire: hosts, operations, how it proves who calls, how it says no. */
export interface Protocol<Context, Site> extends Address {
  readonly name: string
  /** Goes into every entry: `keyvault`, `arm`, `login`, `graph`. */
  readonly plane: string
  readonly operations: readonly Operation<Context, Site>[]
  /** Picks the operation where the path does not: by a header, by a form's action. Raises `UnknownAction`. */
  readonly named?: (request: WireRequest) => Named
  /** The name stands in the body: that is collected first, to the most that any operation takes. */
  readonly nameInBody?: true
  /** Segments as this wire's clients mean them, where they write them otherwise. */
  readPath?(segments: readonly string[], rawPath: string): readonly string[]
  /** Addresses that are nothing here although the shape of others fits them. */
  absent?(segments: readonly string[]): boolean
  /** The service's own order: does an unknown route win over a missing token? */
  readonly routeBeforeToken: boolean
  /** What the host stands for (a vault); raises a Problem where it stands for nothing. */
  locate(context: Context, call: Call, request: WireRequest): Promise<Site>
  /** Raises `TokenMissing` and its kin. */
  authenticate(context: Context, call: Call, at: { readonly site: Site; readonly request: WireRequest }): Promise<Principal>
  /** After the token, before anything else: firewall, throttle. */
  admit?(context: Context, call: Call, at: { readonly site: Site; readonly request: WireRequest }): Promise<void>
  /** Raises `ApiVersionMissing` and its kin. */
  checkVersion(request: WireRequest): void
  /** What conditions may ask of any request of this wire, where its operation says nothing itself. */
  facts?(request: WireRequest): Facts
  /** A Problem in this wire's words. */
  readonly refuse: (context: Speaking<Context>, refusal: Refusal<Site>) => Answer
  /** The header set of every answer. */
  readonly headers: (
    context: Speaking<Context>,
    at: { readonly request: WireRequest; readonly requestId: string },
  ) => Readonly<Record<string, string>>
  /** The id by which the caller finds this request again. */
  correlationId(request: WireRequest): string | undefined
}

/** An operation by its name, with what stands in its path where the wire reads that itself. */
export interface Named {
  readonly name: string
  readonly params?: Readonly<Record<string, string>>
}

export interface Refusal<Site> {
  /** A Problem, or a bug: anything else. */
  readonly error: unknown
  readonly request: WireRequest
  readonly requestId: string
  readonly call: Call
  /** Known once the host was located. */
  readonly site: Site | undefined
}
