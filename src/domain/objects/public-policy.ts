import { blockOf } from '#domain/access/policy-documents/addresses.ts'
import { parsePolicy } from '#domain/access/policy-documents/parse.ts'
import type { PolicyDocument, Statement } from '#domain/access/policy-documents/syntax.ts'
import { Problem } from '#model/problem.ts'
import { bucketArn } from './scopes.ts'

/** Keys whose fixed values make a statement for everyone one for somebody (S3 User Guide, "The meaning of public"). */
const fixing = new Set([
  'aws:sourcearn',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:sourceowner',
  'aws:sourceaccount',
  'aws:sourceip',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:userid',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
])

const isFixed = ({ conditions }: Statement): boolean =>
  conditions.some(
    ({ operator, key, values }) =>
      fixing.has(key.toLowerCase()) &&
      // `ForAllValues` and `IfExists` hold for whoever has no such value: for nobody in particular.
      /^(?:ForAnyValue:)?(?:String(?:Equals|Like)|Arn(?:Equals|Like)|IpAddress)/i.test(operator) &&
      !/IfExists$/i.test(operator) &&
      values.every(value => !/[*?]|\$\{/.test(value) && !isBroad(value)),
  )

/** Blocks of addresses so large that they are as good as all (S3 User Guide, "The meaning of public"). */
function isBroad(value: string): boolean {
  const block = blockOf(value)
  return block !== undefined && block.prefix < (block.width === 32 ? 8 : 32)
}

/** Does it let in whoever comes? */
export const isPublicPolicy = ({ statements }: PolicyDocument): boolean =>
  statements.some(
    statement =>
      statement.effect === 'Allow' &&
      (statement.principals?.not === true || statement.principals?.named.some(({ kind }) => kind === 'everyone') === true) &&
      !isFixed(statement),
  )

/** The same of a policy as it is kept: judged when it is asked, so that what counts as public is what counts today. What cannot be read is taken to be. */
export function letsInWhoeverComes(policy: string): boolean {
  try {
    return isPublicPolicy(parsePolicy(policy, 'bucket'))
  } catch {
    return true
  }
}

/** A bucket's policy speaks of that bucket and of what is in it, and of nothing else. Raises `PolicyMalformed`. */
export function refusePolicyBeyond({ statements }: PolicyDocument, bucket: string): void {
  const arn = bucketArn(bucket)
  for (const { resources } of statements)
    for (const value of resources?.values ?? [])
      if (value !== '*' && value !== arn && !value.startsWith(`${arn}/`) && !(value.startsWith(arn) && value[arn.length] === '*'))
        throw new Problem({ code: 'PolicyMalformed', details: { message: 'Policy has invalid resource' } })
}
