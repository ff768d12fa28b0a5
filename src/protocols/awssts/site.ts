import type { Call } from '#domain/call.ts'
import type { ActingInAccount, Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import { amzXml } from '#protocols/aws/answers.ts'
import type { XmlValue } from '#protocols/aws/xml.ts'

export const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/'
export const version = '2011-06-15'

/** The answer to an action. */
export const answer = (call: Call, action: string, result: Readonly<Record<string, XmlValue>>) =>
  amzXml({ action, namespace, requestId: call.source.requestId, result })

/** Whoever signed: an operation that is not public has one. */
export function actingIn(call: Call): ActingInAccount {
  const { acting } = call.who
  if (acting === undefined) throw new Error('nobody signed')
  return acting
}

/** A refusal that no policy makes. */
export const forbidden = (message: string): Problem => new Problem({ code: 'SessionForbidden', details: { message } })

/** Whoever an issuer vouches for, before he has a role: nobody of the account, with nothing of its own. */
export const federated = ({
  accountId,
  providerArn,
  subject,
}: {
  readonly accountId: string
  readonly providerArn: string
  readonly subject: string
}) =>
  ({
    id: subject,
    kind: 'bearer',
    tenant: accountId,
    authMethod: 'webIdentity',
    acting: {
      accountId,
      kind: 'federated',
      arn: providerArn,
      userId: `${providerArn}:${subject}`,
      accessKeyId: '',
      sessionPolicies: [],
      tags: {},
      federatedProvider: providerArn,
    },
  }) satisfies Principal
