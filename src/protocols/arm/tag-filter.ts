import type { FilterTerm } from '#protocols/azure/odata-filter.ts'

/** The two terms about tags of a filter: a name alone, or a name with its value. Names compare without case. */
export function tagged(tags: Readonly<Record<string, string>>, terms: readonly FilterTerm[]): boolean {
  const wanted = (name: string): string | undefined =>
    terms.find((term): term is FilterTerm & { readonly name: string; readonly equals: string } => 'name' in term && term.name === name)
      ?.equals
  const [name, value] = [wanted('tagname'), wanted('tagvalue')]
  if (name === undefined) return value === undefined || Object.values(tags).includes(value)
  return Object.entries(tags).some(([known, text]) => known.toLowerCase() === name.toLowerCase() && (value === undefined || text === value))
}
