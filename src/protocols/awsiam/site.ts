import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { invalidInput } from '#domain/accounts/entities.ts'
import type { Permission } from '#domain/access/permissions.ts'
import { amzXml } from '#protocols/aws/answers.ts'
import { awsOperation, type AwsOperation } from '#protocols/aws/operation.ts'
import type { Shape } from '#protocols/aws/shape.ts'
import { shownOf } from '#protocols/aws/trail.ts'
import type { XmlValue } from '#protocols/aws/xml.ts'
import type { Ask } from '#protocols/http/operation.ts'

export const namespace = 'https://iam.amazonaws.com/doc/2010-05-08/'
export const version = '2010-05-08'

/** What every operation is given: whose account it is in is said by who signed. */
export interface Asked<B> {
  readonly context: Context
  readonly call: Call
  readonly accountId: string
  readonly body: B
  readonly permit: Ask
}

/** Members of a result, or nothing for an operation that has none. */
export type Result = Readonly<Record<string, XmlValue>>

interface Declared<B> {
  readonly name: string
  /** Asked of what the body names, once it is found. */
  readonly permissions: readonly Permission[]
  readonly input: Shape<B>
  readonly handle: (asked: Asked<B>) => Promise<Result | undefined> | Result | undefined
}

/** Reads change nothing. */
const readOnly = /^(?:Get|List|Simulate)/

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

/** Members as the wire names them: no input of these operations is a secret. */
const shown = (body: unknown): Readonly<Record<string, unknown>> =>
  isRecord(body) ? Object.fromEntries(Object.entries(body).filter(([name]) => /^[A-Z]/.test(name))) : {}

/** The trail shows what was made, and never what it signs with. */
const withoutSecret = (result: Result): unknown =>
  JSON.parse(JSON.stringify(result, (name, value: unknown) => (name === 'SecretAccessKey' ? undefined : value)))

/** An operation of the Query protocol whose permissions speak of what its body names. */
export const iamOperation = <B>({ name, permissions, input, handle }: Declared<B>): AwsOperation<B> =>
  awsOperation<B>({
    name,
    permissions,
    body: { amzQuery: input },
    trail: { parameters: shown, readOnly: readOnly.test(name) },
    async handle(context, call, { body, permit }) {
      const accountId = call.who.acting?.accountId ?? ''
      const result = await handle({ context, call, accountId, body, permit })
      if (call.trail !== undefined && result !== undefined && !readOnly.test(name)) call.trail.answer = shownOf(withoutSecret(result))
      return amzXml({ action: name, namespace, requestId: call.source.requestId, ...(result !== undefined && { result }) })
    },
  })

/** Without a name a user is asked about itself. Raises `InputInvalid` for who is none. */
export function ownName({ call }: Pick<Asked<unknown>, 'call'>): string {
  const { acting } = call.who
  if (acting?.kind !== 'user' || acting.name === undefined)
    throw invalidInput('Must specify userName when calling with non-User credentials')
  return acting.name
}
