import { z } from 'zod'
import type { ApplicationChange, NewKeyCredential } from '#domain/identity/change-application.ts'
import type { NewPassword } from '#domain/identity/directory.ts'
import type { ExposedApi } from '#domain/identity/exposed-api.ts'
import type { KeyCredential, PasswordCredential } from '#domain/identity/records.ts'
import { apiIn, apiOf, appRolesIn, appRolesOf, requiredAccessIn, requiredAccessOf } from './api-bodies.ts'
import { bound } from './addressed.ts'
import { unset, unsetGrants, unsetOfApplication } from './unset.ts'
import { guid, present } from './values.ts'

export const instant = (at: number): string => Temporal.Instant.fromEpochMilliseconds(at).toString()

/** Edm.DateTimeOffset to milliseconds. */
const dateTime = z.string().transform((text, context) => {
  try {
    return Temporal.Instant.from(text).epochMilliseconds
  } catch {
    context.addIssue({ code: 'custom', message: 'not a date and time with its offset' })
    return z.NEVER
  }
})

/** Standard base64, strictly; a certificate's DER is far below the limit. */
const base64 = z
  .string()
  .max(16_384, 'the key is too long')
  .transform((text, context) => {
    try {
      return Uint8Array.fromBase64(text, { lastChunkHandling: 'strict' })
    } catch {
      context.addIssue({ code: 'custom', message: 'not base64' })
      return z.NEVER
    }
  })

export const name = z.string('not a string').min(1, 'may not be empty').max(256, 'longer than 256 characters')

const keyCredentialIn = z.object({
  type: z.literal('AsymmetricX509Cert', 'only AsymmetricX509Cert is supported').optional(),
  usage: z.literal('Verify', 'only Verify is supported').optional(),
  key: base64.nullish(),
  keyId: guid.nullish(),
  displayName: name.nullish(),
  startDateTime: dateTime.nullish(),
  endDateTime: dateTime.nullish(),
})

/** It will stand in a header of the answer: what has no place there would break off a sign-in. */
const uri = z
  .string('not a string')
  .max(256, 'longer than 256 characters')
  .regex(/^[!-~]*$/, 'not of visible characters of ASCII alone')
/** To a server of the application's own; a machine's own address for whoever develops it. Nothing behind a `#`, no wildcard. */
const webRedirect = uri.regex(
  /^(?:https:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?|http:\/\/localhost(?::\d{1,5})?)(?:[/?][!$-)+-~]*)?$/,
  'not an https address without a fragment and a wildcard',
)
/** To a program on the user's machine: its own scheme, or a loopback address. */
const nativeRedirect = uri.regex(
  /^(?:http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?(?:\/[!$-)+->@-~]*)?|https:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?][!$-)+-~]*)?|(?!(?:https?|javascript|data|vbscript|file|blob|about):)[a-z][a-z0-9+.-]+:(?:\/\/)?[!$-)+-~]+)$/,
  'not an address of a program: its own scheme, or a loopback address',
)
const redirectUris = (of: z.ZodString) => z.array(of).max(256, 'more than 256 addresses').nullish()
const sentence = z.string('not a string').max(1_024, 'longer than 1024 characters').nullish()

/** What is said of an application or a principal, for people. */
export const describing = {
  description: sentence,
  notes: sentence,
  tags: z.array(name).max(50, 'more than 50 tags').nullish(),
}

/** A member that is not known would be lost in silence, so it is refused. */
const writable = {
  identifierUris: z.array(z.string().min(1).max(255)).max(50).nullish(),
  isFallbackPublicClient: z.boolean().nullish(),
  ...describing,
  web: z
    .strictObject({
      homePageUrl: uri.nullish(),
      implicitGrantSettings: unsetGrants,
      logoutUrl: unset,
      redirectUris: redirectUris(webRedirect),
    })
    .nullish(),
  publicClient: z.strictObject({ redirectUris: redirectUris(nativeRedirect) }).nullish(),
  signInAudience: z.enum(['AzureADMyOrg', 'AzureADMultipleOrgs'], 'only AzureADMyOrg and AzureADMultipleOrgs are supported').nullish(),
  keyCredentials: z.array(keyCredentialIn).nullish(),
  api: apiIn.nullish(),
  appRoles: appRolesIn.nullish(),
  requiredResourceAccess: requiredAccessIn.nullish(),
  ...unsetOfApplication,
}

export const applicationIn = z.strictObject({
  displayName: name,
  ...writable,
  passwordCredentials: z.array(z.never()).nullish(),
  'owners@odata.bind': bound.optional(),
})
export const applicationPatch = z.strictObject({
  displayName: name.nullish(),
  ...writable,
  passwordCredentials: z.array(z.object({ keyId: guid })).nullish(),
})

export const passwordIn = z.object({
  passwordCredential: z
    .object({ displayName: name.nullish(), startDateTime: dateTime.nullish(), endDateTime: dateTime.nullish() })
    .refine(({ startDateTime, endDateTime }) => (startDateTime ?? 0) < (endDateTime ?? Infinity), 'endDateTime is not after startDateTime')
    .nullish(),
})
export const passwordOut = z.object({ keyId: guid })

/** What was given, without the nulls that stand for "nothing"; `api`: what the application lets itself be asked, of which a part may be given. */
export function changeOf(body: z.output<typeof applicationPatch> | z.output<typeof applicationIn>, api?: ExposedApi): ApplicationChange {
  const { displayName, identifierUris, isFallbackPublicClient, web, publicClient, signInAudience, keyCredentials, passwordCredentials } =
    body
  return {
    ...present('displayName', displayName),
    ...present('identifierUris', identifierUris),
    ...present('publicClient', isFallbackPublicClient),
    ...(signInAudience != null && { multiTenant: signInAudience === 'AzureADMultipleOrgs' }),
    ...present('webRedirects', web?.redirectUris),
    ...present('nativeRedirects', publicClient?.redirectUris),
    ...(body.api != null && { api: apiOf(body.api, api) }),
    ...(body.appRoles != null && { appRoles: appRolesOf(body.appRoles) }),
    ...(body.requiredResourceAccess != null && { requiredAccess: requiredAccessOf(body.requiredResourceAccess) }),
    described: { ...describedOf(body), ...homePageOf(web) },
    ...present('keyCredentials', keyCredentials?.map(keyCredentialOf)),
    ...present(
      'passwordKeyIds',
      passwordCredentials?.map(({ keyId }) => keyId),
    ),
  }
}

const homePageOf = (web: { readonly homePageUrl?: string | null | undefined } | null | undefined) =>
  web?.homePageUrl === undefined ? {} : { homePageUrl: web.homePageUrl ?? '' }

interface Describing {
  readonly description?: string | null | undefined
  readonly notes?: string | null | undefined
  readonly tags?: readonly string[] | null | undefined
}

/** Null and the empty text take away what there was. */
export const describedOf = ({ description, notes, tags }: Describing) => ({
  ...(description !== undefined && { description: description ?? '' }),
  ...(notes !== undefined && { notes: notes ?? '' }),
  ...(tags !== undefined && { tags: [...(tags ?? [])] }),
})

const keyCredentialOf = (given: z.output<typeof keyCredentialIn>): NewKeyCredential => ({
  ...present('keyId', given.keyId),
  ...present('displayName', given.displayName),
  ...present('key', given.key),
  ...present('startAt', given.startDateTime),
  ...present('endAt', given.endDateTime),
})

export const passwordWanted = (body: z.output<typeof passwordIn> | undefined): NewPassword => ({
  ...present('displayName', body?.passwordCredential?.displayName),
  ...present('startAt', body?.passwordCredential?.startDateTime),
  ...present('endAt', body?.passwordCredential?.endDateTime),
})

export const passwordShown = ({ keyId, displayName, hint, startAt, endAt }: PasswordCredential, secretText: string | null = null) => ({
  customKeyIdentifier: null,
  displayName: displayName ?? null,
  endDateTime: instant(endAt),
  hint,
  keyId,
  secretText,
  startDateTime: instant(startAt),
})

/** With its certificate, which only who asks one object for its keys is shown. */
export const wholeKeyShown = (credential: KeyCredential) => Object.assign(keyShown(credential), { key: credential.certificate })

export const keyShown = ({ keyId, displayName, sha1, startAt, endAt }: KeyCredential) => ({
  customKeyIdentifier: Buffer.from(sha1, 'base64url').toString('base64'),
  displayName: displayName ?? null,
  endDateTime: instant(endAt),
  key: null,
  keyId,
  startDateTime: instant(startAt),
  type: 'AsymmetricX509Cert',
  usage: 'Verify',
})
