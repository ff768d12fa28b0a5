import type { AuditRow } from '#domain/audit/parse-row.ts'
import { trailRowOf } from '#domain/audit/trail-row.ts'
import type { Alarm } from './records.ts'

/** A row as rules look at it: what it is called, what it was about, who it was. */
export interface Rung {
  readonly row: AuditRow
  /** The same call in another account's trail: told once is enough. */
  readonly copy: boolean
  readonly names: readonly string[]
  readonly about: readonly string[]
  readonly who: readonly string[]
}

/** What is told of a row outside: the record that its account's trail has, or the row itself. */
export interface Told {
  readonly name: string
  readonly record: Readonly<Record<string, unknown>>
}

export function rungBy(row: AuditRow, { name }: Told): Rung {
  const { actor, operation, resourceId } = row
  const trail = trailRowOf(row)
  const acting = trail?.actor.acting
  return {
    row,
    copy: acting !== undefined && trail?.actor.tenant !== trail?.recipient,
    names: [operation, name],
    about: [resourceId, ...(trail?.trail.resources.map(({ arn }) => arn) ?? [])],
    who: [actor.oid, actor.appid, acting?.arn, acting?.role?.arn].filter(id => id !== undefined),
  }
}

/** Does the row ring it? Refusals ring as well as what was done. */
export function rings(alarm: Alarm, { row, copy, names, about, who }: Rung): boolean {
  if (copy) return false
  const among = (wanted: readonly string[], found: readonly string[]): boolean =>
    wanted.length === 0 || wanted.some(one => found.includes(one))
  if (!among(alarm.events, names) || !among(alarm.resources, about)) return false
  if (alarm.exceptPrincipals.some(one => who.includes(one))) return false
  return alarm.denied === undefined || isDenied(row)
}

/** By a ruling, of somebody who is known: neither what was malformed nor what nobody was asked about. */
const isDenied = ({ decision, actor, result }: AuditRow): boolean =>
  result.http >= 400 && !decision.allow && decision['because'] !== 'not-asked' && actor.kind !== 'anonymous'

/** Counts refusals within the time; answers whether this one is the first over the limit: the next rings when it was quiet between. */
export function createTally({ moreThan, withinSeconds }: NonNullable<Alarm['denied']>): (at: number) => boolean {
  let times: number[] = []
  let ringing = false
  return at => {
    times = [...times.filter(time => time > at - withinSeconds * 1_000), at].slice(-(moreThan + 1))
    const over = times.length > moreThan
    const first = over && !ringing
    ringing = over
    return first
  }
}
