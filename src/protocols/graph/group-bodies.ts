import { z } from 'zod'
import { bound } from './addressed.ts'
import { name } from './shapes.ts'
import { unsetOfGroup } from './unset.ts'

/** No address, though it is named for one: what a mailbox could not be called is refused. */
const mailNickname = z
  .string('not a string')
  .regex(/^[\x21-\x7e]{1,64}$/, 'not 1 to 64 characters without spaces')
  .refine(text => !/[@()\\[\]";:<>,]/.test(text), 'has a character that no mail nickname may have')

const description = z.string('not a string').max(1_024, 'longer than 1024 characters')

/** Security groups alone: there is no mail here, and no membership by a rule. */
const kind = {
  ...unsetOfGroup,
  mailEnabled: z.literal(false, 'only groups without mail are supported').nullish(),
  securityEnabled: z.literal(true, 'only security groups are supported').nullish(),
  groupTypes: z.array(z.never('only security groups with assigned members are supported')).nullish(),
  isAssignableToRole: z.literal(false, 'groups for directory roles are not supported').nullish(),
  visibility: z.null('only Microsoft 365 groups have a visibility').optional(),
}

export const groupIn = z.strictObject({
  ...kind,
  displayName: name,
  mailNickname,
  mailEnabled: z.literal(false, 'only groups without mail are supported'),
  securityEnabled: z.literal(true, 'only security groups are supported'),
  description: description.nullish(),
  'members@odata.bind': bound.optional(),
  'owners@odata.bind': bound.optional(),
})

export const groupPatch = z.strictObject({
  ...kind,
  displayName: name.optional(),
  mailNickname: mailNickname.optional(),
  description: description.nullish(),
  'members@odata.bind': bound.optional(),
})
