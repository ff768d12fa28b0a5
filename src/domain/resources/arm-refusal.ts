import { Problem } from '#model/problem.ts'

interface Refusal {
  readonly code: string
  readonly message: string
  readonly target?: string
}

/** 400 in the resource provider's words. */
export const invalid = (target: string, message: string): Problem => refused(400, { code: 'InvalidParameter', message, target })

/** 409: it would be allowed at another time, or of another resource. */
export const notNow = (message: string): Problem => refused(409, { code: 'OperationNotAllowed', message })

/** What was fixed when the resource was made. */
export const fixed = (target: string): Problem =>
  refused(409, { code: 'PropertyChangeNotAllowed', message: `Changing property '${target}' is not allowed.`, target })

export const refused = (status: number, refusal: Refusal): Problem => new Problem({ code: 'ArmRefused', details: { status, ...refusal } })
