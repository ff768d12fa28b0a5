import assert from 'node:assert/strict'
import type { Millis, Scope } from '#model/brands.ts'
import type { Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import { noteTrailResource } from '#domain/audit/trail-facts.ts'
import type { Call, Refused, Ruling, Source } from '#domain/call.ts'
import type { Facts } from './conditions/evaluate.ts'
import { permissionRow, type Permission } from './permissions.ts'

/** Nothing is known but what the place and the clock say. */
export const noFacts: Facts = () => undefined

export interface Question<P extends Permission = Permission> {
  readonly who: Principal
  readonly permission: P
  readonly on: Scope
  /** Asked lazily: attributes that conditions read. */
  readonly facts: Facts
  /** Absent where nobody asks for the time: conditions on it cannot be judged then. */
  readonly at?: Millis
  readonly owned?: Owned
  /** Where the request comes from. */
  readonly source?: Pick<Source, 'sourceIp' | 'userAgent'>
}

/** What is known of a request to an account's thing, by the condition key in lower case; several values for keys that have several. Asked lazily. */
export type OwnedFacts = (conditionKey: string) => string | readonly string[] | undefined

/** What stands in an account, and says itself who may use it. */
export interface Owned {
  /** The account that it is in. */
  readonly account: string
  /** The last of the scope as policies name it: `arn:aws:kms:…:key/…`. */
  readonly arn: string
  /** Key: its policy is the root of all rights in it. Others: a policy of the account's principals is enough. */
  readonly kind: 'key' | 'bucket' | 'role' | 'account'
  /** Text of the thing's own document. */
  readonly policy?: string
  /** Unique ids of the users and roles that the document names by ARN: another one of the same name is not meant. */
  readonly bound?: Readonly<Record<string, string>>
  /** What grants' constraints compare: the encryption context of the request, where it has one. */
  readonly encryptionContext?: Readonly<Record<string, string>>
  /** Of a request for a grant: one that is given by a grant must stay within it. */
  readonly child?: Pick<GivenGrant, 'operations' | 'constraints'>
  /** What was granted on this key to whoever asks, or to anybody. */
  readonly grants?: readonly GivenGrant[]
  readonly facts: OwnedFacts
}

/** A grant as the decision sees it (aws-kms.md 4.3). */
export interface GivenGrant {
  readonly id: string
  /** ARN of a principal, or a service's name. */
  readonly grantee: string
  /** Names of actions without their service: `Decrypt`. */
  readonly operations: readonly string[]
  readonly constraints?: {
    readonly equals?: Readonly<Record<string, string>>
    readonly subset?: Readonly<Record<string, string>>
    readonly sourceArn?: string
  }
}

/** Whose rights a principal has: its own id first, then each group that it is in, directly or through others. Asked at every decision. */
export type CountsAs = (who: Someone) => readonly string[]
export type Someone = Pick<Principal, 'id' | 'tenant'>
export const aloneAsItself: CountsAs = who => [who.id]

declare const permitted: unique symbol
/** Proof that a question was asked and answered yes. Only this folder makes one. */
export interface Permit<P extends Permission> {
  readonly question: Question<P>
  readonly by: string
  readonly [permitted]: true
}

/** A rule book answers the questions that it is concerned with; `undefined`: not my question. */
export type RuleBook = (question: Question) => Ruling | undefined

export interface Access {
  /** Notes the ruling in the call; raises `AccessDenied`. */
  permit<P extends Permission>(call: Call, permission: P, found: Found): Permit<P>
  /** As `permit`, but `undefined` where it is not allowed: for who has more to say then, and asks again. */
  permitIf<P extends Permission>(call: Call, permission: P, found: Found): Permit<P> | undefined
  /** The ruling alone, for explanations, filters and reviews: opens nothing. */
  judge(question: Question): Ruling
  readonly countsAs: CountsAs
}

export interface Found {
  readonly on: Scope
  readonly facts?: Facts
  readonly owned?: Owned
}

const makePermit = <P extends Permission>(question: Question<P>, by: string): Permit<P> => ({ question, by }) as Permit<P> // oxlint-disable-line typescript/no-unsafe-type-assertion -- the one place that makes a permit

export function createAccess(books: readonly RuleBook[], countsAs: CountsAs = aloneAsItself): Access {
  function judge(question: Question): Ruling {
    for (const book of books) {
      const ruling = book(question)
      if (ruling !== undefined) return ruling
    }
    return { allowed: false, because: 'no-rule-book' }
  }
  function ask<P extends Permission>(call: Call, permission: P, { on, facts = noFacts, owned }: Found) {
    const question: Question<P> = {
      who: call.who,
      permission,
      on,
      facts,
      at: call.at,
      source: call.source,
      ...(owned !== undefined && { owned }),
    }
    const ruling = judge(question)
    call.ruling = ruling
    if (owned !== undefined) noteTrailResource(call.trail, owned)
    return { question, ruling }
  }
  return {
    countsAs,
    judge,
    permit(call, permission, found) {
      const { question, ruling } = ask(call, permission, found)
      if (!ruling.allowed) throw denied(question, { ruling, groups: countsAs(question.who).length - 1 })
      return makePermit(question, ruling.by)
    },
    permitIf(call, permission, found) {
      const { question, ruling } = ask(call, permission, found)
      return ruling.allowed ? makePermit(question, ruling.by) : undefined
    },
  }
}

function denied(question: Question, { ruling, groups }: { readonly ruling: Refused; readonly groups: number }): Problem {
  const { who, permission, on } = question
  const row = permissionRow(permission)
  return new Problem({
    code: 'AccessDenied',
    details: {
      action: row.azure ?? row.account ?? permission,
      scope: on.at(-1) ?? '',
      because: ruling.because,
      ...(ruling.denial !== undefined && { denial: ruling.denial }),
      data: row.data ?? false,
      ...(row.policies !== undefined && { policies: row.policies }),
      groups,
      oid: who.id,
      ...(who.appId !== undefined && { appId: who.appId }),
      ...(who.issuer !== undefined && { issuer: who.issuer }),
      ...(who.acting !== undefined && { arn: who.acting.arn }),
    },
  })
}

/** Opening compares the permit's scope with what was found: another is a bug, never an answer. */
export function assertPermits(permit: Permit<Permission>, on: Scope): void {
  const asked = permit.question.on.at(-1)
  assert(asked !== undefined && on.at(-1) === asked, 'a permit opens only what it was asked for')
}
