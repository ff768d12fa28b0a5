import type { WireRequest } from '#protocols/http/request.ts'
import { credentialScope } from './credential-scope.ts'

/** Names at which all services stand; the request says which is meant (people.md 0.1, decisions 5 and 9). */
export const isSharedName = (domain: string, hostname: string): boolean =>
  hostname === 'localhost' || hostname === '127.0.0.1' || hostname === `aws.${domain}`

/** A Region of the partition `aws`, as SDKs know them (partitions.json, `regionRegex`). */
export const isRegion = (text: string): boolean => /^(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d{1,2}$/.test(text)

/** Targets of JSON services, by the name that their signatures have. */
const targets: readonly (readonly [prefix: string, service: string])[] = [
  ['TrentService.', 'kms'],
  ['com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.', 'cloudtrail'],
  ['CloudTrail_20131101.', 'cloudtrail'],
]

/**
 * The service that a request at a shared name means, as signatures name it: by the scope of its signature, else by its target, else by its
 * action, which only the token service takes unsigned. `undefined`: it carries no mark of these services at all. `''`: a mark, of none known.
 */
export function serviceMeant(request: WireRequest): string | undefined {
  const scope = credentialScope(request)
  if (scope !== undefined) return scope.service
  const target = request.header('x-amz-target')
  if (target !== undefined) return targets.find(([prefix]) => target.startsWith(prefix))?.[1] ?? ''
  if (isForm(request) || /(?:^|&)Action=/.test(request.rawQuery)) return 'sts'
  return markOf(request.header('authorization') ?? '', request.rawQuery)
}

/** Signatures without a scope: those of the version before, which only S3 ever had at such names, and broken ones. */
function markOf(authorization: string, query: string): string | undefined {
  if (authorization.startsWith('AWS ') || /(?:^|&)AWSAccessKeyId=/.test(query)) return 's3'
  return authorization.startsWith('AWS4-') || /(?:^|&)X-Amz-(?:Algorithm|Signature)=/i.test(query) ? '' : undefined
}

/** Pages at these names post their forms elsewhere than at the root. */
const isForm = (request: WireRequest): boolean =>
  request.method === 'POST' &&
  request.path === '/' &&
  request.header('content-type')?.toLowerCase().startsWith('application/x-www-form-urlencoded') === true

export interface ServiceNames {
  /** Below which it is served. */
  readonly domain: string
  /** First label of its names: `kms` of `kms.us-east-1.keystead.test`. */
  readonly label: string
  /** Has one name, and belongs to no Region. */
  readonly global?: true
}

/** The Region that a service's own name has in it, `''` in names that have none; `undefined`: not its name. */
export function regionOfName({ domain, label, global }: ServiceNames, hostname: string): string | undefined {
  if (global === true) return hostname === `${label}.${domain}` ? '' : undefined
  if (!hostname.startsWith(`${label}.`) || !hostname.endsWith(`.${domain}`)) return undefined
  const between = hostname.slice(label.length + 1, -domain.length - 1)
  return isRegion(between) ? between : undefined
}
