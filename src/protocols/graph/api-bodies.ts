import { z } from 'zod'
import type { AppRole, ExposedApi, PermissionScope, RequiredAccess } from '#domain/identity/exposed-api.ts'
import type { Application } from '#domain/identity/records.ts'
import { guid, present } from './values.ts'

const sentence = z.string('not a string').max(1_024, 'longer than 1024 characters').nullish()
/** What stands in `scp` and `roles`, where a space parts one from the next. */
export const permissionValue = z
  .string('not a string')
  .max(120, 'longer than 120 characters')
  .regex(/^[!#-[\]-~]+$/, 'not of visible characters alone')

const scopeIn = z.strictObject({
  id: guid,
  value: permissionValue.regex(/^(?!\.default$)[^./]/, 'begins with a dot or a slash'),
  type: z.enum(['User', 'Admin'], 'not User or Admin').nullish(),
  isEnabled: z.boolean().nullish(),
  origin: z.string().nullish(),
  adminConsentDisplayName: sentence,
  adminConsentDescription: sentence,
  userConsentDisplayName: sentence,
  userConsentDescription: sentence,
})

const preAuthorizedIn = z.strictObject({
  appId: guid,
  delegatedPermissionIds: z.array(guid).nullish(),
  permissionIds: z.array(guid).nullish(),
})

export const apiIn = z.strictObject({
  oauth2PermissionScopes: z.array(scopeIn).max(100, 'more than 100 scopes').nullish(),
  requestedAccessTokenVersion: z.literal([1, 2], 'not 1 or 2').nullish(),
  preAuthorizedApplications: z.array(preAuthorizedIn).max(100, 'more than 100 clients').nullish(),
  knownClientApplications: z.array(guid).max(100, 'more than 100 applications').nullish(),
  acceptMappedClaims: z.literal(false, 'claims are not mapped here').nullish(),
})

export const requiredAccessIn = z
  .array(
    z.strictObject({
      resourceAppId: guid,
      resourceAccess: z.array(z.strictObject({ id: guid, type: z.enum(['Scope', 'Role'], 'not Scope or Role') })).max(400),
    }),
  )
  .max(50, 'more than 50 resources')

const roleIn = z
  .strictObject({
    id: guid,
    value: permissionValue.nullish(),
    displayName: z.string('not a string').min(1, 'may not be empty').max(100, 'longer than 100 characters'),
    description: z.string('not a string').min(1, 'may not be empty').max(1_024, 'longer than 1024 characters'),
    isEnabled: z.boolean().nullish(),
    origin: z.string().nullish(),
    allowedMemberTypes: z
      .array(z.enum(['User', 'Application'], 'not User or Application'))
      .min(1, 'names nobody')
      .refine(types => new Set(types).size === types.length, 'names somebody twice'),
  })
  .refine(({ id }) => !/^[0-]+$/.test(id), { path: ['id'], message: 'stands for no role' })

export const appRolesIn = z.array(roleIn).max(200, 'more than 200 roles')

export const appRolesOf = (given: z.output<typeof appRolesIn>): readonly AppRole[] =>
  given.map(role => ({
    id: role.id.toLowerCase(),
    displayName: role.displayName,
    description: role.description,
    enabled: role.isEnabled ?? true,
    memberTypes: role.allowedMemberTypes,
    ...present('value', role.value),
  }))

export const roleShown = (role: AppRole) => ({
  allowedMemberTypes: role.memberTypes,
  description: role.description,
  displayName: role.displayName,
  id: role.id,
  isEnabled: role.enabled,
  origin: 'Application',
  value: role.value ?? null,
})

const scopeOf = (given: z.output<typeof scopeIn>): PermissionScope => ({
  id: given.id.toLowerCase(),
  value: given.value,
  type: given.type ?? 'User',
  enabled: given.isEnabled ?? true,
  ...present('adminConsentDisplayName', given.adminConsentDisplayName),
  ...present('adminConsentDescription', given.adminConsentDescription),
  ...present('userConsentDisplayName', given.userConsentDisplayName),
  ...present('userConsentDescription', given.userConsentDescription),
})

const noApi: ExposedApi = { scopes: [], preAuthorized: [], knownClients: [] }

const lower = (ids: readonly string[]): string[] => ids.map(id => id.toLowerCase())

/** What the body says of the API, over what there is: a member that is left out stays. */
export function apiOf(given: z.output<typeof apiIn>, before: ExposedApi = noApi): ExposedApi {
  const { oauth2PermissionScopes: scopes, preAuthorizedApplications: clients, knownClientApplications: known } = given
  const { tokenVersion, ...rest } = before
  return {
    ...rest,
    ...present('scopes', scopes?.map(scopeOf)),
    ...present('preAuthorized', clients?.map(preAuthorizedOf)),
    ...present('knownClients', known && lower(known)),
    // Nothing said and null differ here alone: null is version 1 again.
    ...present('tokenVersion', given.requestedAccessTokenVersion === undefined ? tokenVersion : given.requestedAccessTokenVersion),
  }
}

/** `permissionIds` is what the member was called once. */
const preAuthorizedOf = (given: z.output<typeof preAuthorizedIn>) => ({
  appId: given.appId.toLowerCase(),
  scopeIds: lower(given.delegatedPermissionIds ?? given.permissionIds ?? []),
})

export const requiredAccessOf = (given: z.output<typeof requiredAccessIn>): RequiredAccess =>
  given.map(({ resourceAppId, resourceAccess }) => ({
    resourceAppId: resourceAppId.toLowerCase(),
    access: resourceAccess.map(({ id, type }) => ({ id: id.toLowerCase(), type })),
  }))

export const scopeShown = (scope: PermissionScope) => ({
  adminConsentDescription: scope.adminConsentDescription ?? null,
  adminConsentDisplayName: scope.adminConsentDisplayName ?? null,
  id: scope.id,
  isEnabled: scope.enabled,
  type: scope.type,
  userConsentDescription: scope.userConsentDescription ?? null,
  userConsentDisplayName: scope.userConsentDisplayName ?? null,
  value: scope.value,
})

export const apiShown = ({ api }: Pick<Application, 'api'>) => ({
  acceptMappedClaims: null,
  knownClientApplications: api?.knownClients ?? [],
  requestedAccessTokenVersion: api?.tokenVersion ?? null,
  oauth2PermissionScopes: (api?.scopes ?? []).map(scopeShown),
  preAuthorizedApplications: (api?.preAuthorized ?? []).map(({ appId, scopeIds }) => ({ appId, delegatedPermissionIds: scopeIds })),
})

export const requiredAccessShown = ({ requiredAccess = [] }: Pick<Application, 'requiredAccess'>) =>
  requiredAccess.map(({ resourceAppId, access }) => ({ resourceAppId, resourceAccess: access }))
