import { ask, dataDirGiven } from '#cli/admin.ts'
import { durationMs } from '#cli/audit-rows.ts'
import { text, type Run } from '#cli/command.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { inventory, type InventoryKey } from '#cli/key-inventory.ts'
import { columns, exits, note, print, printJson } from '#cli/output.ts'
import { spanText } from '#cli/times.ts'

const usesOfDays = 90

export const run: Run = async ({ options, arguments: [vault] }) => {
  const dataDir = dataDirGiven(options)
  const reference = text(options['reference'])
  if (reference !== undefined) return tellReference(dataDir, { name: reference, asJson: options['json'] === true })
  const within = text(options['expiring'])
  const before = within === undefined ? undefined : Date.now() + durationMs('--expiring', within)
  const all = await inventory(dataDir, { vault: text(vault), accounts: options['all'] === true, usesOfDays })
  const keys = before === undefined ? all : all.filter(({ expires }) => expires !== undefined && expires <= before)
  if (options['json'] === true) printJson(keys.map(shapeOf))
  else if (keys.length > 0) print(columns(keys.map(options['rotation'] === true ? rotationLine : lineOf)))
  if (options['json'] !== true) note(`${keys.length} of ${all.length} keys; last uses are of ${usesOfDays} days`)
  return exits.good
}

const timeText = (at: number): string => new Date(at).toISOString()

const timeOrNull = (at: number | undefined): string | null => (at === undefined ? null : timeText(at))
const lastUseOf = ({ lastUse }: InventoryKey) => ({
  lastUse: lastUse?.at ?? null,
  lastUser: lastUse?.by ?? null,
  lastOperation: lastUse?.operation ?? null,
})

/** Times as RFC 3339; what there is not is null. */
const shapeOf = (key: InventoryKey) => ({
  name: key.name,
  kid: key.kid,
  kty: key.kty,
  spec: key.spec,
  region: key.region,
  version: key.version,
  attributes: {
    enabled: key.state === 'enabled',
    state: key.state,
    created: timeText(key.created),
    ...(key.notBefore !== undefined && { notBefore: timeText(key.notBefore) }),
    expires: timeOrNull(key.expires),
  },
  rotation: {
    period: key.rotation.period ?? null,
    next: timeOrNull(key.rotation.next),
    last: timeText(key.rotation.last),
  },
  ...lastUseOf(key),
  dependents: key.dependents.map(one => ({ ...one, behind: isBehind(key, one) })),
})

const isBehind = ({ version }: InventoryKey, one: InventoryKey['dependents'][number]): boolean =>
  one.version !== undefined && one.version !== version

function endText(expires: number | undefined): string {
  if (expires === undefined) return 'no expiry'
  const left = expires - Date.now()
  return left <= 0 ? `expired ${spanText(-left)} ago` : `expires in ${spanText(left)}`
}

function lineOf(key: InventoryKey): readonly string[] {
  const { lastUse, dependents } = key
  return [
    key.name,
    key.spec,
    `v ${key.version.slice(0, 4)}`,
    key.state,
    key.region,
    endText(key.expires),
    lastUse === undefined ? 'not used' : `used ${spanText(Date.now() - Date.parse(lastUse.at))} ago by ${lastUse.by}`,
    dependents.length === 0 ? '' : `${dependents.length} under it`,
  ]
}

function rotationLine(key: InventoryKey): readonly string[] {
  const { period, next, last } = key.rotation
  const behind = key.dependents.filter(one => isBehind(key, one)).length
  return [
    key.name,
    period === undefined ? '! no rotation' : `rotated by policy ${period}`,
    next === undefined ? '' : next <= Date.now() ? 'due now' : `next in ${spanText(next - Date.now())}`,
    `last ${spanText(Date.now() - last)} ago`,
    behind === 0 ? '' : `! ${behind} behind`,
  ]
}

async function tellReference(dataDir: string, { name, asJson }: { readonly name: string; readonly asJson: boolean }): Promise<number> {
  const sheet = await ask(dataDir, { method: 'POST', path: '/keys/reference', body: { name } })
  if (asJson) {
    printJson(sheet)
    return exits.good
  }
  const of = (member: string): string => textOf(memberOf(sheet, member))
  print(`${of('name')}  ${of('spec')}  thumbprint ${of('thumbprint') || 'none'}`)
  print(`key      ${of('versionless')}`)
  print(`version  ${of('kid')}`)
  const needs = listOf(memberOf(sheet, 'needs'))
  const row = (need: unknown): readonly string[] => ['operation', 'role', 'scope'].map(member => textOf(memberOf(need, member)))
  if (needs.length > 0) print(columns(needs.map(row)))
  return exits.good
}
