// Members of requests about grants, by the bounds of the service's model (aws-kms.md 1.5), and a grant as it is shown.
import { grantOperations } from '#domain/account-keys/grants/grant-operations.ts'
import type { GrantConstraints } from '#domain/account-keys/grants/grant-request.ts'
import type { ShownGrant } from '#domain/account-keys/grants/list-grants.ts'
import { namesOf } from '#model/names.ts'
import { enumOf, list, optional, structure, text, textMap } from '#protocols/aws/schemas.ts'
import { epochSeconds } from '#protocols/aws/times.ts'

export const principal = optional(text({ min: 1, max: 256, pattern: String.raw`^[\w+=,.@:/-]+$` }))
export const servicePrincipal = optional(
  text({ min: 1, max: 128, pattern: String.raw`^([A-Za-z0-9\-]+)\.([A-Za-z0-9\-]+)(\.[A-Za-z0-9\-]+)+$` }),
)
export const grantId = text({ min: 1, max: 128 })
export const grantToken = text({ min: 1, max: 8192 })
export const grantName = optional(text({ min: 1, max: 256, pattern: '^[a-zA-Z0-9:/_-]+$' }))
export const operations = list(enumOf(namesOf(grantOperations)), { min: 1 })
export const constraints = optional(
  structure({
    EncryptionContextEquals: optional(textMap),
    EncryptionContextSubset: optional(textMap),
    SourceArn: optional(text({ min: 20, max: 512, pattern: '^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$' })),
  }),
)

type Pairs = ReadonlyMap<string, string>
interface ConstraintsOnTheWire {
  readonly EncryptionContextEquals?: Pairs
  readonly EncryptionContextSubset?: Pairs
  readonly SourceArn?: string
}

export const constraintsOf = ({
  EncryptionContextEquals: equals,
  EncryptionContextSubset: subset,
  SourceArn: sourceArn,
}: ConstraintsOnTheWire = {}): GrantConstraints => ({
  ...(equals !== undefined && { equals: Object.fromEntries(equals) }),
  ...(subset !== undefined && { subset: Object.fromEntries(subset) }),
  ...(sourceArn !== undefined && { sourceArn }),
})

/** An entry of ListGrants. */
export function grantEntry({ keyArn, grant }: ShownGrant): Readonly<Record<string, unknown>> {
  const { equals, subset, sourceArn } = grant.constraints ?? {}
  return {
    KeyId: keyArn,
    GrantId: grant.id,
    Name: grant.name,
    CreationDate: epochSeconds(grant.createdAt),
    [grant.granteeIsService === true ? 'GranteeServicePrincipal' : 'GranteePrincipal']: grant.grantee,
    ...(grant.retiring !== undefined && {
      [grant.retiringIsService === true ? 'RetiringServicePrincipal' : 'RetiringPrincipal']: grant.retiring,
    }),
    IssuingAccount: grant.issuingAccount,
    Operations: grant.operations,
    ...(grant.constraints !== undefined && {
      Constraints: { EncryptionContextEquals: equals, EncryptionContextSubset: subset, SourceArn: sourceArn },
    }),
  }
}
