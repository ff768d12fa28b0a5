/** Of what a policy document speaks: each has its own rules and its own words of refusal. */
export type PolicyPurpose = 'key' | 'identity' | 'session' | 'boundary' | 'trust' | 'bucket'

export type PolicyVersion = '2008-10-17' | '2012-10-17'

/** A policy document as it was written, with every list made one. */
export interface PolicyDocument {
  readonly version: PolicyVersion
  readonly id?: string
  readonly statements: readonly Statement[]
}

export interface Statement {
  readonly sid?: string
  readonly effect: 'Allow' | 'Deny'
  readonly principals?: Principals
  /** Absent: the statement speaks of no action, and gives and takes nothing. */
  readonly actions?: Listed
  readonly resources?: Listed
  readonly conditions: readonly WrittenCondition[]
}

/** Those named, or all but those. */
export interface Listed {
  readonly not: boolean
  readonly values: readonly string[]
}

export interface Principals {
  readonly not: boolean
  readonly named: readonly NamedPrincipal[]
}

export type NamedPrincipal =
  | { readonly kind: 'everyone' }
  | { readonly kind: 'account'; readonly account: string }
  /** A user, a role, or a session, by its ARN. */
  | { readonly kind: 'arn'; readonly arn: string }
  /** The same by its unique id: `AIDA…`, `AROA…`, `AROA…:session`. */
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'federated'; readonly name: string }

export interface WrittenCondition {
  /** `ForAnyValue:StringLikeIfExists`. */
  readonly operator: string
  readonly key: string
  readonly values: readonly string[]
}

/** Of users, groups, roles and sessions: those name no principal, for it is they who have them. */
export const ofPrincipals = (purpose: PolicyPurpose): boolean => purpose === 'identity' || purpose === 'session' || purpose === 'boundary'
