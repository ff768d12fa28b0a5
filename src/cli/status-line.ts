import { listOf, memberOf, textOf } from './json-value.ts'

/** The instance in one line: how long it is so, its audit, what is to be looked at, what its proxy did. `now`: epoch milliseconds. */
export function statusLine(status: unknown, now: number): string {
  const [audit, proxy, sealed] = ['audit', 'proxy', 'sealed'].map(name => memberOf(status, name))
  const size = memberOf(audit, 'size')
  const because = textOf(memberOf(sealed, 'because'))
  const warnings = listOf(memberOf(status, 'warnings')).map(warning => `! ${spoken(textOf(warning))}`)
  const parts = [
    `${textOf(memberOf(status, 'state'))} ${ageOf(now - Date.parse(textOf(memberOf(status, 'since'))))}`,
    because,
    typeof size === 'number' ? `audit ${size.toLocaleString('en')} batches` : '',
    ...warnings,
    `proxy ${textOf(memberOf(proxy, 'served'))} served, ${textOf(memberOf(proxy, 'refused'))} refused`,
  ]
  return parts.filter(part => part !== '').join('  ')
}

/** `DevelopmentSeal` is `development seal`. */
const spoken = (warning: string): string => warning.replaceAll(/(?<=[a-z])[A-Z]/g, letter => ` ${letter}`).toLowerCase()

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000] as const

function ageOf(ms: number): string {
  if (ms >= day) return `${Math.floor(ms / day)} d`
  if (ms >= hour) return `${Math.floor(ms / hour)} h`
  return ms >= minute ? `${Math.floor(ms / minute)} min` : `${Math.max(0, Math.floor(ms / 1_000))} s`
}
