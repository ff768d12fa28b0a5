import { ask } from './admin.ts'
import { listOf, memberOf, textOf } from './json-value.ts'
import { progress } from './progress.ts'

export interface InventoryKey {
  readonly name: string
  readonly kid: string
  readonly kty: string
  readonly spec: string
  readonly region: string
  readonly version: string
  readonly state: string
  /** Epoch milliseconds, as all times here. */
  readonly created: number
  readonly notBefore: number | undefined
  readonly expires: number | undefined
  readonly rotation: { readonly period: string | undefined; readonly next: number | undefined; readonly last: number }
  readonly lastUse: { readonly at: string; readonly by: string; readonly operation: string } | undefined
  readonly dependents: readonly { readonly kind: string; readonly id: string; readonly version: string | undefined }[]
}

interface Wanted {
  readonly vault: string | undefined
  readonly accounts: boolean
  /** How far back a use counts. */
  readonly usesOfDays: number
}

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

/** Keys page by page, with their last uses and what is under them. */
export async function inventory(dataDir: string, { vault, accounts, usesOfDays }: Wanted): Promise<readonly InventoryKey[]> {
  const told = progress('keys')
  const rows: unknown[] = []
  for (let from: unknown, more = true; more; more = from !== undefined) {
    const body = { ...(vault !== undefined && { vault }), accounts, ...(from !== undefined && { from }) }
    const page = await ask(dataDir, { method: 'POST', path: '/keys/list', body })
    rows.push(...listOf(memberOf(page, 'keys')))
    from = memberOf(page, 'next')
    told.done(rows.length)
  }
  const post = async (path: string, body: object): Promise<unknown> => ask(dataDir, { method: 'POST', path, body })
  const uses = listOf(memberOf(await post('/keys/uses', { days: usesOfDays }), 'uses'))
  const hanging = listOf(memberOf(await post('/keys/dependents', {}), 'dependents'))
  told.end()
  const used = new Map(uses.map(use => [textOf(memberOf(use, 'key')), use]))
  const under = Map.groupBy(hanging, one => textOf(memberOf(one, 'key')).toLowerCase())
  return rows.map(row => keyOf(row, { used, under }))
}

function keyOf(
  row: unknown,
  { used, under }: { readonly used: ReadonlyMap<string, unknown>; readonly under: ReadonlyMap<string, readonly unknown[]> },
): InventoryKey {
  const of = (name: string): string => textOf(memberOf(row, name))
  const name = of('name')
  const use = used.get(name) ?? used.get(name.toLowerCase())
  const rotation = memberOf(row, 'rotation')
  return {
    name,
    kid: of('kid'),
    kty: of('kty'),
    spec: of('spec'),
    region: of('region'),
    version: of('version'),
    state: of('state'),
    created: Number(memberOf(row, 'created')),
    notBefore: numberOf(memberOf(row, 'notBefore')),
    expires: numberOf(memberOf(row, 'expires')),
    rotation: {
      period: textOf(memberOf(rotation, 'period')) || undefined,
      next: numberOf(memberOf(rotation, 'next')),
      last: Number(memberOf(rotation, 'last')),
    },
    lastUse:
      use === undefined
        ? undefined
        : { at: textOf(memberOf(use, 'at')), by: textOf(memberOf(use, 'by')), operation: textOf(memberOf(use, 'operation')) },
    dependents: (under.get(name.toLowerCase()) ?? []).map(one => ({
      kind: textOf(memberOf(one, 'kind')),
      id: textOf(memberOf(one, 'id')),
      version: textOf(memberOf(one, 'version')) || undefined,
    })),
  }
}
