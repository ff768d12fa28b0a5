// Every limit that is not one protocol's own, with its source.

/** security-and-reliability.md 5.3. */
export const bodyBytesDefault = 64 * 1024
export const headerBytesMax = 16 * 1024
export const headersMax = 64
export const headersTimeoutMs = 15_000
export const requestTimeoutMs = 30_000
/** A body that is taken as it comes: all in all, and on the average after the time that any request has. */
export const streamedRequestTimeoutMs = 60 * 60_000
export const streamedBytesPerSecondMin = 16 * 1024
export const keepAliveTimeoutMs = 65_000
export const requestsPerSocketMax = 10_000
export const jsonDepthMax = 32
export const jsonMembersMax = 10_000
/** design.md 1, "At the joints" 6: tries go on until then. */
export const requestDeadlineMs = 10_000
/** performance.md 6.2: a group of commits. */
export const groupCommitsMax = 512
export const groupBytesMax = 256 * 1024
/** security-and-reliability.md 4.6: held operations of a node. */
export const heldOperationsMax = 4_096
