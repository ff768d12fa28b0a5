/** The syntax of role assignment conditions, version 2.0 (identity-and-arm.md 3.4). */
export type Source = 'Request' | 'Resource' | 'Principal' | 'Environment'

export interface Attribute {
  readonly source: Source
  /** `Microsoft.KeyVault/vaults/secrets:name`, in lower case: names of attributes compare without it. */
  readonly name: string
}

export type Literal = string | number | boolean

export type Operand =
  | { readonly kind: 'attribute'; readonly attribute: Attribute }
  | { readonly kind: 'one'; readonly value: Literal }
  | { readonly kind: 'set'; readonly values: readonly Literal[] }

/** Of each side one value, or of one side any or all against any or all of the other. */
export interface Quantifier {
  readonly left: 'any' | 'all'
  readonly right: 'any' | 'all'
}

export type Expression =
  | { readonly kind: 'and'; readonly parts: readonly Expression[] }
  | { readonly kind: 'or'; readonly parts: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'action'; readonly pattern: string }
  /** No action here has operations below it: never matched. */
  | { readonly kind: 'subOperation'; readonly name: string }
  | { readonly kind: 'exists'; readonly attribute: Attribute }
  | {
      readonly kind: 'comparison'
      readonly operator: string
      readonly quantifier: Quantifier | undefined
      readonly left: Operand
      readonly right: Operand
    }

/** One sentence, without the condition itself. */
export class ConditionError extends Error {}
