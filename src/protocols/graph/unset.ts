// Members of Graph's that nothing here has a use for: clients that send a whole object send them as well, unset. Set, they are refused.
import { z } from 'zod'

const why = 'not offered here'
/** Unset text, whatever stands for that. */
export const unset = z.union([z.null(), z.literal('')], why).optional()
export const unsetList = z.array(z.never(why)).nullish()
export const unsetFlag = z.literal(false, why).nullish()

const claims = z.strictObject({ accessToken: unsetList, idToken: unsetList, saml2Token: unsetList })
const addresses = z.strictObject({
  logoUrl: unset,
  marketingUrl: unset,
  privacyStatementUrl: unset,
  supportUrl: unset,
  termsOfServiceUrl: unset,
})
export const unsetGrants = z.strictObject({ enableAccessTokenIssuance: unsetFlag, enableIdTokenIssuance: unsetFlag }).nullish()

/** What the object is, said once more (OData JSON format 4.6.3). */
const typed = (type: string) => z.literal(`#microsoft.graph.${type}`, `not #microsoft.graph.${type}`).optional()

/** Of applications. */
export const unsetOfApplication = {
  '@odata.type': typed('application'),
  groupMembershipClaims: unset,
  info: addresses.nullish(),
  isDeviceOnlyAuthSupported: unsetFlag,
  oauth2RequirePostResponse: unsetFlag,
  optionalClaims: claims.nullish(),
  serviceManagementReference: unset,
  spa: z.strictObject({ redirectUris: unsetList }).nullish(),
}

/** Of service principals. */
export const unsetOfPrincipal = {
  '@odata.type': typed('servicePrincipal'),
  alternativeNames: unsetList,
  loginUrl: unset,
  notificationEmailAddresses: unsetList,
  preferredSingleSignOnMode: unset,
  samlSingleSignOnSettings: z.strictObject({ relayState: unset }).nullish(),
}

/** Of groups. */
export const unsetOfGroup = {
  '@odata.type': typed('group'),
  membershipRule: unset,
  resourceBehaviorOptions: unsetList,
  resourceProvisioningOptions: unsetList,
}

/** Of federated credentials: matching is by the subject as it is. */
export const unsetOfFederated = {
  '@odata.type': typed('federatedIdentityCredential'),
  claimsMatchingExpression: z.null(why).optional(),
}
