/** az's own client, which must exist in every tenant (identity-and-arm.md 1.6). */
export const azureCli = { appId: '04b07795-8ddb-461a-bbee-02f9e1bf7b46', displayName: 'Microsoft Azure CLI' } as const
