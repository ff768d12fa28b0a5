// How long things of the token service live (identity-and-arm.md 1.5; security-and-reliability.md 5.1).

/** What Entra says when nothing else was configured. */
export const tokenLifeSeconds = 3_599
/** No token of ours lives longer; managed identities' live this long. */
export const tokenLifeSecondsMax = 86_400
export const tokenLifeMsMax = tokenLifeSecondsMax * 1_000
/** How far the clocks of two machines may differ. */
export const leewaySeconds = 60
