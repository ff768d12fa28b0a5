// How long what people sign in with lives (identity-and-arm.md 1.2, 1.5; security-and-reliability.md 8).

/** ASVS 10.4.3 at its highest level; Entra's live ten minutes. */
export const codeLifeMs = 60_000
export const deviceCodeLifeSeconds = 900
export const pollSeconds = 5
/** Slides with each use. */
export const refreshTokenLifeMs = 90 * 86_400_000
/** From the password on, whatever is done with it. */
export const sessionLifeMs = 8 * 3_600_000
