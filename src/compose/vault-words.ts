import { permissionRow } from '#domain/access/permissions.ts'
import { operations } from '#protocols/keyvault/operations/index.ts'

/** Operations of a vault by what access policies call them: `keys sign`. */
const words: ReadonlyMap<string, string> = new Map(
  operations.flatMap(({ name, permissions }) => {
    const [first] = typeof permissions === 'string' ? [] : permissions
    const { policies } = first === undefined ? {} : permissionRow(first)
    return policies === undefined ? [] : [[name, policies.split(' ').slice(0, 2).join(' ')] as const]
  }),
)

export const vaultWordOf = (operation: string): string | undefined => words.get(operation)
