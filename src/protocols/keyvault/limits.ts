// Key Vault's own numbers (key-vault.md 1.7, 8).

export const pageSizeMax = 25
export const tagCharactersMax = 256
/** A value of the greatest length is six times as long in JSON where every character is escaped; so are its tags. */
export const setBytesMax = 256 * 1024
export const importBytesMax = 256 * 1024
export const restoreBytesMax = 16 * 1024 * 1024

/** Transactions of a vault in a window; a subscription has five times as many. */
export const throttleWindowMs = 10_000
export const subscriptionFactor = 5
