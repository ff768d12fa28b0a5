import { hash, type KeyObject } from 'node:crypto'
import type { Barrier } from '#ports/barrier.ts'
import type { Instance } from '#domain/instance.ts'
import { generations } from '#domain/generations.ts'
import type { Session } from './session.ts'

/** A token that was good: what it says, never what it may. Times, roles and rights are asked at every try. */
export interface KnownSession {
  readonly session: Session
  /** Of the key that the token is sealed under. */
  readonly term: number
  /** Signing keys by their scopes: days, Regions, services. */
  readonly keys: ReadonlyMap<string, KeyObject>
}

/** The token as it came, with the access key that it came with. */
interface ShownToken {
  readonly accessKeyId: string
  readonly token: string
}

/** Tokens that were opened lately, by their hashes. */
export interface KnownSessions {
  get(shown: ShownToken): KnownSession | undefined
  set(shown: ShownToken, known: KnownSession): void
}

/** Tokens that are kept, twice over. */
const keptMax = 5_000

const nameOf = ({ accessKeyId, token }: ShownToken): string => hash('sha256', `${accessKeyId}\n${token}`, 'base64')

/** A token that would not open any more, for its key was forgotten, is not known either. */
export function createKnownSessions(barrier: Pick<Barrier, 'termsOf'>, { installation }: Pick<Instance, 'installation'>): KnownSessions {
  const all = generations<KnownSession>(keptMax)
  return {
    get(shown) {
      const known = all.get(nameOf(shown))
      return known !== undefined && barrier.termsOf(installation).includes(known.term) ? known : undefined
    },
    set: (shown, known) => all.set(nameOf(shown), known),
  }
}
