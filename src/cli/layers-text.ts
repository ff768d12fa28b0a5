import { listOf, memberOf, textOf } from './json-value.ts'

const owners: Readonly<Record<string, string>> = { customer: 'customer key', platform: 'platform key' }
const marks: Readonly<Record<string, string>> = { active: '✓', lost: '✗', off: '✗' }

/** `temp and cache ✗ (host off)  customer key kv1/k1 v 0f9a ✓  platform key ✓`. */
export const layersText = (disk: unknown): string => listOf(memberOf(disk, 'layers')).map(layerText).join('  ')

function layerText(layer: unknown): string {
  const of = (name: string): string => textOf(memberOf(layer, name))
  const mark = marks[of('state')] ?? ''
  if (of('layer') === 'host') return `temp and cache ${mark} (host encryption off)`
  const version = of('version') === '' ? '' : ` v ${of('version').slice(0, 4)}`
  const key = of('keyName') || of('key')
  const because = of('because') === '' ? '' : ` (${of('because')})`
  return `${owners[of('keyOwner')] ?? ''}${key === '' ? '' : ` ${key}${version}`} ${mark}${because}`
}
