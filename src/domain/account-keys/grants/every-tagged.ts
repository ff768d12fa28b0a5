import type { CompartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Held } from '#domain/records/family.ts'
import type { Records } from '#domain/records/records.ts'

const pageSize = 500

/** All records with a tag, in the order of their making; what this call has staged is not among them. */
export async function everyTagged<T, Path extends readonly string[]>(
  records: Records<T, Path>,
  call: Call,
  { compartment, tag }: { readonly compartment: CompartmentId; readonly tag: readonly string[] },
): Promise<readonly Held<T, Path>[]> {
  const found: Held<T, Path>[] = []
  for (let after = -1; ;) {
    const page = await records.listTagged(call, compartment, { tag, after, limit: pageSize })
    found.push(...page)
    after = page.at(-1)?.ord ?? after
    if (page.length < pageSize) return found
  }
}
