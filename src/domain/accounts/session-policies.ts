import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Session } from '#domain/sessions/session.ts'
import { parseArn } from './arn.ts'
import { servicePolicy } from './service-policies.ts'

/** What a managed policy that is gone leaves of a session: nothing that it allows. */
const nothing = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] })

/** Of whoever is given no right by the documents that it came with: nothing is allowed by them, and nothing that others give is denied. */
export const givingNothing = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', NotAction: '*', Resource: '*' }] })

/** Texts of the documents that narrow a session now: managed ones in their version in force. None: it is not narrowed. */
export async function policyTexts(
  context: Needs<'accounts' | 'accountPolicies' | 'instance'>,
  call: Call,
  { policies, policyArns }: Pick<Session, 'policies' | 'policyArns'>,
): Promise<readonly string[]> {
  const managed = await Promise.all(policyArns.map(async arn => (await managedPolicyText(context, call, arn)) ?? nothing))
  return [...policies, ...managed]
}

/** `undefined` where there is no such policy. */
export async function managedPolicyText(
  { accounts, accountPolicies, instance }: Needs<'accounts' | 'accountPolicies' | 'instance'>,
  call: Call,
  arn: string,
): Promise<string | undefined> {
  const known = servicePolicy(arn)
  if (known !== undefined) return known.document
  const { accountId = '', resource = '' } = parseArn(arn) ?? {}
  const account = await accounts.get(call, instance.installation, [accountId])
  const name = resource.slice(resource.lastIndexOf('/') + 1)
  const held = account && (await accountPolicies.get(call, account.value.compartment, [name.toLowerCase()]))
  return held?.value.versions.find(({ id }) => id === held.value.defaultVersion)?.document
}
