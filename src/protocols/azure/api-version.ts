import { Problem } from '#model/problem.ts'
import type { WireRequest } from '#protocols/http/request.ts'

const dated = /^(\d{4})-(\d{2})-(\d{2})(?:-[a-z]+(?:\.?\d+)?)?$/i
const daysOf = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function isDated(text: string): boolean {
  const [, , month, day] = dated.exec(text) ?? []
  const days = daysOf[Number(month) - 1]
  return days !== undefined && Number(day) >= 1 && Number(day) <= days
}

/** Date part of an ARM api-version, preview suffixes cut: dates compare as texts. */
export const versionDate = (apiVersion: string): string => apiVersion.slice(0, 10)

/** The `api-version` of an ARM request. Raises `ApiVersionMissing`, `ApiVersionMalformed`. */
export function apiVersionOf(request: WireRequest): string {
  const given = request.query.get('api-version')
  if (given === undefined || given === '') throw new Problem({ code: 'ApiVersionMissing' })
  if (!isDated(given)) throw new Problem({ code: 'ApiVersionMalformed', details: { given } })
  return given
}

/** Everything from a floor on is accepted (identity-and-arm.md 2.2). Raises `ApiVersionTooOld`. */
export function refuseOlder(apiVersion: string, floor: string): void {
  if (versionDate(apiVersion) < floor) throw new Problem({ code: 'ApiVersionTooOld', details: { given: apiVersion } })
}
