import { readPinFile, tokenSeal } from '#adapters/seals/token.ts'
import type { Config } from '#config'
import { unseal } from '#domain/seal/boot.ts'
import type { Clock } from '#ports/clock.ts'
import type { Random } from '#ports/random.ts'
import type { BootStore } from '#ports/record-store.ts'
import type { Seal } from '#ports/seal.ts'
import { TokenFailed, type TokenFailure } from '#ports/tokens.ts'
import type { StillSealed, Unsealed } from './unsealed.ts'

export interface ByToken {
  readonly token?: Config['token']
  readonly dataDir: string
  readonly clock: Clock
  readonly random: Random
}

/** What may be otherwise in a while, without anybody doing more than putting a token back. */
const passing: ReadonlySet<TokenFailure> = new Set(['tokenMissing', 'lost', 'timeout', 'busy'])

export const onToken = (boot: BootStore): boolean => boot.envelopes().some(({ kind }) => kind === 'pkcs11')

/** The seal on the configured token. */
export function configuredSeal({ token, dataDir, clock, random }: ByToken & { readonly token: NonNullable<Config['token']> }): Seal {
  return tokenSeal({ place: token, pin: () => readPinFile(token.pinFile, dataDir), clock, random })
}

/** By the token that is configured, if a seal is on one. */
export async function openedByToken(by: ByToken, boot: BootStore): Promise<Unsealed | StillSealed> {
  const { token, random } = by
  if (token === undefined)
    return { sealed: 'a seal of it is on a token: --pkcs11-module, --pkcs11-token and --pkcs11-pin-file say where', passing: false }
  try {
    const opened = await unseal({ boot, random, seals: [configuredSeal({ ...by, token })] })
    return opened ?? { sealed: `the token ${token.label} has no key of a seal of it`, passing: false }
  } catch (error) {
    if (!(error instanceof TokenFailed)) throw error
    return { sealed: error.message, passing: passing.has(error.failure) }
  }
}
