import type { Group } from '#domain/groups/records.ts'
import type { Application, ServicePrincipal, User } from '#domain/identity/records.ts'
import { resourcePrincipalOf } from '#domain/identity/resource-principals.ts'
import { apiShown, requiredAccessShown, roleShown, scopeShown } from './api-bodies.ts'
import { filterable, property, type Entity } from './entity.ts'
import { instant, keyShown, passwordShown, wholeKeyShown } from './shapes.ts'

const isOfApplication = ({ kind }: ServicePrincipal): boolean => kind === 'application'

const namesOfService = (appId: string): readonly string[] => resourcePrincipalOf(appId)?.names ?? []

const textShown = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text)

const redirectsShown = ({ redirectUris = [] }: Application, of: 'web' | 'publicClient'): readonly string[] =>
  redirectUris.filter(one => one.of === of).map(({ uri }) => uri)

export const applicationEntity: Entity<Application> = {
  type: 'application',
  set: 'applications',
  properties: {
    id: filterable(value => value.id),
    appId: filterable(value => value.appId),
    createdDateTime: property(value => instant(value.createdAt)),
    displayName: filterable(value => value.displayName),
    groupMembershipClaims: property(() => null),
    identifierUris: filterable(value => value.identifierUris),
    isFallbackPublicClient: property(value => (value.publicClient ? true : null)),
    description: property(({ described }) => textShown(described?.description)),
    notes: property(({ described }) => textShown(described?.notes)),
    tags: property(({ described }) => described?.tags ?? []),
    web: property(value => ({
      homePageUrl: textShown(value.described?.homePageUrl),
      implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
      logoutUrl: null,
      redirectUris: redirectsShown(value, 'web'),
    })),
    publicClient: property(value => ({ redirectUris: redirectsShown(value, 'publicClient') })),
    spa: property(() => ({ redirectUris: [] })),
    api: property(apiShown),
    appRoles: property(value => (value.appRoles ?? []).map(roleShown)),
    requiredResourceAccess: property(requiredAccessShown),
    signInAudience: filterable(value => (value.multiTenant === true ? 'AzureADMultipleOrgs' : 'AzureADMyOrg')),
    keyCredentials: property(value => value.keyCredentials.map(keyShown)),
    passwordCredentials: property(value => value.passwordCredentials.map(credential => passwordShown(credential))),
  },
  alone: { keyCredentials: value => value.keyCredentials.map(wholeKeyShown) },
  empty: [
    'applicationTemplateId',
    'certification',
    'defaultRedirectUri',
    'deletedDateTime',
    'disabledByMicrosoftStatus',
    'isDeviceOnlyAuthSupported',
    'oauth2RequirePostResponse',
    'optionalClaims',
    'publisherDomain',
    'samlMetadataUrl',
    'serviceManagementReference',
    'tokenEncryptionKeyId',
    'verifiedPublisher',
  ],
}

/** A principal with what its application says of itself, where that is at hand. */
export interface ShownPrincipal extends ServicePrincipal {
  readonly application?: Pick<Application, 'identifierUris' | 'api' | 'appRoles'>
}

/** What the principal's own application lets itself be asked, or the service that it stands for. */
function scopesShown({ appId, application }: ShownPrincipal): readonly object[] {
  const ofService = resourcePrincipalOf(appId)?.scopes.map(scope => scopeShown({ ...scope, type: 'User', enabled: true }))
  return ofService ?? (application?.api?.scopes ?? []).map(scopeShown)
}

/** The names that `az` finds a principal by; a managed identity's alternative names lead back to its resource. */
export const principalEntity: Entity<ShownPrincipal> = {
  type: 'servicePrincipal',
  set: 'servicePrincipals',
  properties: {
    id: filterable(value => value.id),
    accountEnabled: filterable(value => value.enabled),
    alternativeNames: filterable(({ resourceId, userAssigned }) =>
      resourceId === undefined ? [] : [`isExplicit=${userAssigned === true ? 'True' : 'False'}`, resourceId],
    ),
    appDisplayName: property(value => (isOfApplication(value) ? value.displayName : null)),
    appId: filterable(value => value.appId),
    appRoleAssignmentRequired: filterable(value => value.assignmentRequired ?? false),
    appRoles: property(value => (resourcePrincipalOf(value.appId)?.roles ?? value.application?.appRoles ?? []).map(roleShown)),
    appOwnerOrganizationId: property(value => (isOfApplication(value) ? (value.homeTenantId ?? value.tenantId) : null)),
    createdDateTime: property(value => instant(value.createdAt)),
    description: property(({ described }) => textShown(described?.description)),
    displayName: filterable(value => value.displayName),
    notes: property(({ described }) => textShown(described?.notes)),
    notificationEmailAddresses: property(() => []),
    tags: property(({ described }) => described?.tags ?? []),
    oauth2PermissionScopes: property(scopesShown),
    servicePrincipalNames: filterable(value => [value.appId, ...(value.application?.identifierUris ?? namesOfService(value.appId))]),
    servicePrincipalType: filterable(value => (isOfApplication(value) ? 'Application' : 'ManagedIdentity')),
    keyCredentials: property(() => []),
    passwordCredentials: property(value => value.passwordCredentials.map(credential => passwordShown(credential))),
  },
  empty: [
    'deletedDateTime',
    'disabledByMicrosoftStatus',
    'homepage',
    'loginUrl',
    'logoutUrl',
    'preferredSingleSignOnMode',
    'samlMetadataUrl',
    'samlSingleSignOnSettings',
  ],
}

export const userEntity: Entity<User> = {
  type: 'user',
  set: 'users',
  properties: {
    id: filterable(value => value.id),
    accountEnabled: filterable(value => value.enabled),
    businessPhones: property(() => []),
    createdDateTime: property(value => instant(value.createdAt)),
    department: filterable(value => value.profile.department ?? null),
    displayName: filterable(value => value.displayName),
    givenName: filterable(value => value.profile.givenName ?? null),
    jobTitle: filterable(value => value.profile.jobTitle ?? null),
    mail: filterable(value => value.mail ?? null),
    mailNickname: filterable(value => value.mailNickname),
    mobilePhone: property(value => value.profile.mobilePhone ?? null),
    officeLocation: property(value => value.profile.officeLocation ?? null),
    preferredLanguage: property(value => value.profile.preferredLanguage ?? null),
    signInSessionsValidFromDateTime: property(value => instant(value.tokensValidFrom)),
    surname: filterable(value => value.profile.surname ?? null),
    usageLocation: filterable(value => value.profile.usageLocation ?? null),
    userPrincipalName: filterable(value => value.userPrincipalName),
    userType: filterable(() => 'Member'),
  },
  empty: [
    'deletedDateTime',
    'city',
    'companyName',
    'country',
    'employeeId',
    'onPremisesImmutableId',
    'passwordPolicies',
    'postalCode',
    'state',
    'streetAddress',
  ],
}

/** Security groups: the only kind that roles are given to. */
export const groupEntity: Entity<Group> = {
  type: 'group',
  set: 'groups',
  properties: {
    id: filterable(value => value.id),
    createdDateTime: property(value => instant(value.createdAt)),
    description: filterable(value => value.description ?? null),
    displayName: filterable(value => value.displayName),
    groupTypes: filterable(() => []),
    isAssignableToRole: property(() => false),
    mail: filterable(() => null),
    mailEnabled: filterable(() => false),
    mailNickname: filterable(value => value.mailNickname),
    membershipRule: property(() => null),
    membershipRuleProcessingState: property(() => null),
    securityEnabled: filterable(() => true),
    visibility: property(() => null),
  },
  empty: [
    'allowExternalSenders',
    'autoSubscribeNewMembers',
    'classification',
    'deletedDateTime',
    'expirationDateTime',
    'hideFromAddressLists',
    'hideFromOutlookClients',
    'onPremisesSyncEnabled',
    'onPremisesSecurityIdentifier',
    'preferredLanguage',
    'proxyAddresses',
    'renewedDateTime',
    'securityIdentifier',
    'theme',
  ],
}
