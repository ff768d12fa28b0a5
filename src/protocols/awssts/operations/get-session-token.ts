import { ownSession } from '#domain/sessions/own-session.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { integer, optional, structure, text } from '#protocols/aws/schemas.ts'
import { credentialsOf } from '#protocols/awssts/credentials.ts'
import { actingIn, answer, forbidden } from '#protocols/awssts/site.ts'

/** Needs no permission: what it gives may no more than who asks. */
export const getSessionToken = awsOperation({
  name: 'GetSessionToken',
  permissions: 'authenticated',
  body: {
    amzQuery: structure({
      DurationSeconds: optional(integer({ min: 900, max: 129_600 })),
      SerialNumber: optional(text({ min: 9, max: 256, pattern: /^[\w+=/:,.@-]*$/ })),
      TokenCode: optional(text({ min: 6, max: 6, pattern: /^\d*$/, secret: true })),
    }),
  },
  trail: { parameters: ['durationSeconds', 'serialNumber'], readOnly: true },
  async handle(context, call, { body }) {
    // Nobody has a device here: no code is one of it.
    if (body.SerialNumber !== undefined || body.TokenCode !== undefined)
      throw forbidden('MultiFactorAuthentication failed with invalid MFA one time pass code. ')
    const given = await ownSession(context, call, { acting: actingIn(call), durationSeconds: body.DurationSeconds })
    return answer(call, 'GetSessionToken', { Credentials: credentialsOf(given) })
  },
})
