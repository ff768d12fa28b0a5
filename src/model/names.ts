/** The keys of a table as the tuple that `z.enum` wants: schemas, docs and tests read the same keys. */
export function namesOf<T extends Readonly<Record<string, unknown>>>(table: T): [keyof T & string, ...(keyof T & string)[]] {
  return Object.keys(table) as [keyof T & string, ...(keyof T & string)[]]
}

/** Own members only: a name like `constructor` finds nothing. */
export function lookUp<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
