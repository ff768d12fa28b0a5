import type { Millis } from '#model/brands.ts'
import type { Needs } from '#domain/context.ts'

/** What an operation of a vault used, in the words of access policies: `KeySign` is `keys sign`; nothing where it is none of a vault. */
export type WordOf = (operation: string) => string | undefined

/** When somebody last did something in a vault: words by the vault's name in lower case and the object id. */
export interface Uses {
  /** RFC 3339, or `undefined` where it was not since then. */
  lastUse(vault: string, objectId: string, word: string): string | undefined
}

/** Reads the audit since then, once, row by row: what was allowed and done. */
export async function usedSince(
  context: Needs<'trail'>,
  { since, wordOf }: { readonly since: Millis; readonly wordOf: WordOf },
): Promise<Uses> {
  const last = new Map<string, string>()
  const key = (...parts: readonly string[]): string => parts.join('\n')
  for await (const { actor, at, decision, operation, resourceId } of context.trail({ since })) {
    const word = decision.allow && actor.oid !== undefined ? wordOf(operation) : undefined
    const vault = vaultIn(resourceId)
    if (word !== undefined && vault !== undefined && actor.oid !== undefined) last.set(key(vault, actor.oid, word), at)
  }
  return { lastUse: (vault, objectId, word) => last.get(key(vault.toLowerCase(), objectId, word)) }
}

/** Of a URL of the data plane, or of an ARM id. */
const vaultIn = (resourceId: string): string | undefined =>
  (
    /^https:\/\/([^./:]+)\.vault\./i.exec(resourceId) ?? /\/providers\/microsoft\.keyvault\/vaults\/([^/]+)/i.exec(resourceId)
  )?.[1]?.toLowerCase()
