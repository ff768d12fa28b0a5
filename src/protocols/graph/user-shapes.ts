import { z } from 'zod'
import type { NewUser, UserChange } from '#domain/identity/users.ts'
import { name } from './shapes.ts'
import { present } from './values.ts'

const passwordProfile = z.strictObject({
  password: z.string('not a string').max(256, 'longer than 256 characters').nullish(),
  forceChangePasswordNextSignIn: z.boolean('not a boolean').nullish(),
  /** Nobody has a second factor here: only the default says what is true. */
  forceChangePasswordNextSignInWithMfa: z.literal(false, 'multifactor authentication is not supported').nullish(),
})

const text = z.string('not a string').min(1, 'may not be empty').max(128, 'longer than 128 characters')
const optionalText = text.nullish()
const nickname = z
  .string('not a string')
  .regex(/^[^\s@()\\[\]";:<>,]{1,64}$/, 'not a name without spaces and an @, of 64 characters at most')

const described = {
  mail: z
    .string('not a string')
    .max(256, 'longer than 256 characters')
    .regex(/^[^\s@]+@[^\s@]+$/, 'not an address')
    .nullish(),
  givenName: optionalText,
  surname: optionalText,
  jobTitle: optionalText,
  department: optionalText,
  officeLocation: optionalText,
  mobilePhone: optionalText,
  preferredLanguage: optionalText,
  usageLocation: z
    .string('not a string')
    .regex(/^[A-Z]{2}$/, 'not a country of two letters')
    .nullish(),
}

const principalName = z.string('not a string').max(113, 'longer than 113 characters')

/** A member that is not known would be lost in silence, so it is refused. */
export const userIn = z.strictObject({
  accountEnabled: z.boolean('not a boolean'),
  displayName: name,
  mailNickname: nickname,
  userPrincipalName: principalName,
  passwordProfile: passwordProfile.refine(({ password }) => typeof password === 'string', 'password is missing'),
  ...described,
})

export const userPatch = z.strictObject({
  accountEnabled: z.boolean('not a boolean').nullish(),
  displayName: name.nullish(),
  mailNickname: nickname.nullish(),
  userPrincipalName: principalName.nullish(),
  passwordProfile: passwordProfile.nullish(),
  ...described,
})

export function newUserOf(body: z.output<typeof userIn>): NewUser {
  const { accountEnabled, displayName, mailNickname, userPrincipalName, mail, passwordProfile: given } = body
  const { profile = {} } = profileOf(body)
  return {
    userPrincipalName,
    displayName,
    mailNickname,
    enabled: accountEnabled,
    profile: Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== null)),
    password: { text: given.password ?? '', mustChange: given.forceChangePasswordNextSignIn ?? false },
    ...present('mail', mail),
  }
}

export function userChangeOf(body: z.output<typeof userPatch>): UserChange {
  const { passwordProfile: given, mail } = body
  const mustChange = given?.forceChangePasswordNextSignIn
  return {
    ...present('enabled', body.accountEnabled),
    ...present('displayName', body.displayName),
    ...present('mailNickname', body.mailNickname),
    ...present('userPrincipalName', body.userPrincipalName),
    ...(mail !== undefined && { mail }),
    ...profileOf(body),
    ...passwordOf(given?.password, mustChange),
  }
}

/** Whoever's password another one has set is asked for a new one, unless that is said to be unwanted. */
const passwordOf = (
  given: string | null | undefined,
  mustChange: boolean | null | undefined,
): Pick<UserChange, 'password' | 'mustChangePassword'> =>
  typeof given === 'string' ? { password: { text: given, mustChange: mustChange ?? false } } : present('mustChangePassword', mustChange)

const profileNames = [
  'givenName',
  'surname',
  'jobTitle',
  'department',
  'officeLocation',
  'mobilePhone',
  'preferredLanguage',
  'usageLocation',
] as const

function profileOf(body: { readonly [N in (typeof profileNames)[number]]?: string | null | undefined }): Pick<UserChange, 'profile'> {
  const given = profileNames.flatMap(member => (body[member] === undefined ? [] : [[member, body[member]] as const]))
  return given.length === 0 ? {} : { profile: Object.fromEntries(given) }
}
