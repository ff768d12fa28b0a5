import { objectPermissions } from '#domain/access/object-permissions.ts'
import type { PolicyDocument, Statement } from '#domain/access/policy-documents/syntax.ts'
import { Problem } from '#model/problem.ts'

type Level = 'bucket' | 'object'

/** What each action is about, by its name in lower case. */
const levels: ReadonlyMap<string, Level> = new Map(
  Object.entries(objectPermissions).map(([permission, { account }]) => [
    account.toLowerCase(),
    permission.startsWith('object.') ? 'object' : 'bucket',
  ]),
)

const reaches = (resource: string, level: Level): boolean =>
  resource.includes('/') ? level === 'object' : level === 'bucket' || /[*?]/.test(resource)

/** Actions without a wildcard, of which none of the statement's resources is a subject. Of names that are not known here nothing is said. */
function isIdle({ actions, resources }: Statement): boolean {
  if (actions === undefined || resources === undefined || actions.not || resources.not) return false
  return actions.values.some(action => {
    const level = levels.get(action.toLowerCase())
    return level !== undefined && !resources.values.some(resource => reaches(resource, level))
  })
}

/**
 * A statement that gives a right over objects on the bucket alone, or the other way round, gives nothing: whoever writes it is told so
 * (Amazon S3 User Guide, "Policy resources for Amazon S3"). Raises `PolicyMalformed`.
 */
export function refuseIdleStatements({ statements }: PolicyDocument): void {
  if (statements.some(isIdle))
    throw new Problem({ code: 'PolicyMalformed', details: { message: 'Action does not apply to any resource(s) in statement' } })
}
