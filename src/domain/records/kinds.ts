/** The numbers that records carry at rest. Never reuse one: it is bound into every sealed body. */
export const kinds = {
  tenants: 1,
  applications: 2,
  servicePrincipals: 3,
  signingKeys: 4,
  groups: 5,
  users: 6,
  memberships: 7,
  subscriptions: 10,
  resourceGroups: 11,
  roleAssignments: 12,
  roleDefinitions: 13,
  denyAssignments: 14,
  locks: 15,
  vaults: 20,
  deletedVaults: 21,
  names: 22,
  privateEndpoints: 23,
  privateEndpointConnections: 24,
  keys: 30,
  deletedKeys: 31,
  secrets: 32,
  diskEncryptionSets: 40,
  disks: 41,
  userAssignedIdentities: 42,
  jobs: 50,
  operations: 51,
  settings: 60,
  authorizationCodes: 70,
  deviceCodes: 71,
  refreshTokens: 72,
  signInSessions: 73,
  revokedGrants: 74,
} as const

/** Numbers of sealed bodies that are no records at rest, and never open as one. */
export const travellingKinds = { keyBackups: 200, pagingTokens: 201, secretBackups: 202 } as const

export type KindName = keyof typeof kinds
