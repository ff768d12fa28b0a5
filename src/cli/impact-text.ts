import { ask } from './admin.ts'
import { listOf, memberOf, textOf } from './json-value.ts'

export type ImpactAction = 'disable' | 'delete' | 'purge' | 'rotate'

/** What would come of it, as the instance says. */
export const impactOf = async (dataDir: string, asked: { readonly key: string; readonly action: ImpactAction }): Promise<unknown> =>
  ask(dataDir, { method: 'POST', path: '/keys/impact', body: asked })

const words: Readonly<Record<string, readonly [one: string, many: string]>> = {
  disk: ['disk', 'disks'],
  diskEncryptionSet: ['disk encryption set', 'disk encryption sets'],
  virtualMachine: ['machine', 'machines'],
  volume: ['volume', 'volumes'],
  snapshot: ['snapshot', 'snapshots'],
  bucket: ['bucket', 'buckets'],
  objects: ['object', 'objects'],
  trail: ['trail', 'trails'],
  volumeDefault: ['Region that encrypts with it', 'Regions that encrypt with it'],
}
const doing: Readonly<Record<string, string>> = { disable: 'disabling', delete: 'deleting', purge: 'purging', rotate: 'rotating' }

function countText(things: readonly unknown[]): string {
  const kinds = Map.groupBy(things, one => textOf(memberOf(one, 'kind')))
  return [...kinds]
    .map(([kind, of]) => {
      const count = of.reduce<number>((sum, one) => sum + Number(memberOf(one, 'count') ?? 1), 0)
      const attached = of.filter(one => memberOf(one, 'attachedTo') !== undefined).length
      const more = of.some(one => memberOf(one, 'atLeast') === true) ? 'at least ' : ''
      return `${more}${count} ${words[kind]?.[count === 1 ? 0 : 1] ?? kind}${attached === 0 ? '' : ` (${attached} attached)`}`
    })
    .join(', ')
}

/** `disabling kv1/k1 stops 2 disks (1 attached); 3 callers seen in 30 d`. */
export function impactLine(impact: unknown): string {
  const of = (name: string): readonly unknown[] => listOf(memberOf(impact, name))
  const [action, users] = [textOf(memberOf(impact, 'action')), of('seen').length]
  const stopped = action === 'rotate' ? `nothing; ${of('follows').length} sets follow by themselves` : countText(of('stops'))
  const seen = `${users} ${users === 1 ? 'caller' : 'callers'} seen in 30 d`
  return `${doing[action] ?? action} ${textOf(memberOf(impact, 'key'))} stops ${stopped || 'nothing that is here'}; ${seen}`
}

const thingLine = (thing: unknown): string => {
  const of = (name: string): string => textOf(memberOf(thing, name))
  const version = of('version') === '' ? '' : `  v ${of('version').slice(0, 4)}`
  const count = of('count') === '' ? '' : `  ${of('count')}`
  return `  ${of('kind')}  ${of('id')}${version}${count}${of('attachedTo') === '' ? '' : `  attached to ${of('attachedTo')}`}`
}

const seenLine = (one: unknown): string => {
  const of = (name: string): string => textOf(memberOf(one, name))
  const operations = listOf(memberOf(one, 'operations')).map(textOf).join(', ')
  return `  seen  ${of('name') || of('by')}  ${of('count')} times, last ${of('last')}: ${operations}`
}

/** The line, each thing that stops, who was seen, and what cannot be taken back. */
export function impactLines(impact: unknown): readonly string[] {
  const of = (name: string): readonly unknown[] => listOf(memberOf(impact, name))
  const goesOn = of('goesOn')
  const kept =
    textOf(memberOf(impact, 'action')) === 'rotate' ? 'stays open under the version that it is under' : 'goes on, under another version'
  return [
    impactLine(impact),
    ...of('stops').map(thingLine),
    ...(goesOn.length === 0 ? [] : [`${countText(goesOn)} ${kept}`, ...goesOn.map(thingLine)]),
    ...of('follows').map(id => `  follows  ${textOf(id)}`),
    ...of('seen').map(seenLine),
    ...of('irreversible').map(one => `! ${textOf(one)}`),
  ]
}

/** Nothing hangs on it, and nobody was seen with it. */
export const isHarmless = (impact: unknown): boolean => ['stops', 'seen'].every(name => listOf(memberOf(impact, name)).length === 0)
