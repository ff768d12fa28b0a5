import { Problem, problemKinds, type ProblemBody, type ProblemDetails } from '#model/problem.ts'
import { httpStatusOf } from '#model/problem-kind.ts'
import { json, type Answer } from '#protocols/http/answer.ts'

/** A sentence for the operator: one of its own here, or the details' own where there is one. */
function sentenceOf({ body }: Problem): string {
  const own = ownSentence(body) ?? accountSentence(body) ?? vaultSentence(body)
  if (own !== undefined) return own
  const details: Readonly<Record<string, unknown>> = { ...body.details }
  const { message, because, reason } = details
  for (const text of [message, because, reason]) if (typeof text === 'string') return text
  const facts = Object.entries(details).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return facts.length === 0 ? body.code : `${body.code}: ${facts.join(', ')}`
}

function vaultSentence({ code, details }: ProblemBody): string | undefined {
  if (code === 'ResourceNotFound') return `There is no ${details.type} ${details.name}.`
  if (code === 'VaultNotFound') return `There is no vault ${details.name}.`
  return code === 'KeyNotFound' ? `There is no key ${details.name} there.` : undefined
}

function accountSentence({ code, details }: ProblemBody): string | undefined {
  if (code === 'EntityExists') return `There is ${details.type === 'account' ? 'an' : 'a'} ${details.type} ${details.name} already.`
  return code === 'AccountNotFound' ? `There is no account ${details.id}.` : undefined
}

function ownSentence({ code, details }: ProblemBody): string | undefined {
  if (code === 'NotReady') return details.state === 'sealed' ? 'Keystead is sealed.' : `Keystead is not ready: ${details.state}.`
  if (code === 'SealRefused') return `That opens no seal. The next try is taken in ${details.retryAfterSeconds} s.`
  if (code === 'Throttled') return `Too early: the next try is taken in ${details.retryAfterSeconds} s.`
  if (code === 'DirectoryObjectNotFound') return `Nobody is named ${details.id}.`
  if (code === 'IssuedCertificateNotFound') return `The authority of this tenant has issued no certificate ${details.serial}.`
  if (code === 'AlarmNotFound') return `There is no alarm ${details.name}.`
  if (code === 'SealNotFound') return `There is no seal ${details.id}.`
  return undefined
}

/** Why, and what to type. */
const moreOf = ({ state, because }: ProblemDetails<'NotReady'>) => ({
  ...(because !== undefined && because !== '' && { because }),
  next: state === 'sealed' ? ['keystead unseal'] : ['keystead status'],
})

export function refuse(error: unknown, requestId: string): Answer {
  if (!(error instanceof Problem)) {
    return {
      ...json(500, { error: { code: 'InternalError', message: 'Something failed inside; the log has it.', requestId } }),
      code: 'InternalError',
    }
  }
  const { code, details } = error.body
  const told = { code, message: sentenceOf(error), ...(code === 'NotReady' && moreOf(details)), requestId }
  return { ...json(httpStatusOf[problemKinds[code]], { error: told }), code }
}
