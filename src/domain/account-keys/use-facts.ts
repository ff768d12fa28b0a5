// What policies may ask of a use of a key, by the names that one cloud gives these facts (aws-kms.md 4.4).
import type { OwnedFacts } from '#domain/access/permit.ts'
import type { EncryptionContext } from '#domain/envelopes/encryption-context.ts'

const contextPrefix = 'kms:encryptioncontext:'

/** `members`: condition keys in lower case; those that are undefined are no facts. */
export function useFacts(members: Readonly<Record<string, string | undefined>>, context?: EncryptionContext): OwnedFacts {
  return name => {
    if (context !== undefined && context.size > 0) {
      if (name === 'kms:encryptioncontextkeys') return [...context.keys()]
      if (name.startsWith(contextPrefix)) return valuesNamed(context, name.slice(contextPrefix.length))
    }
    return Object.hasOwn(members, name) ? members[name] : undefined
  }
}

/** Names of pairs have no case in conditions, though they have in contexts: all that are of that name count. */
function valuesNamed(context: EncryptionContext, name: string): string | readonly string[] | undefined {
  const values = [...context].flatMap(([key, value]) => (key.toLowerCase() === name.toLowerCase() ? [value] : []))
  return values.length > 1 ? values : values[0]
}
