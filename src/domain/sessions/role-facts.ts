// What a trust policy may ask of a request for its role, by the names that one service gives these facts (aws-kms.md 5.2).
import type { OwnedFacts } from '#domain/access/permit.ts'
import type { RoleRequest } from './role-request.ts'

const requestTag = 'aws:requesttag/'
const resourceTag = 'aws:resourcetag/'

const tagNamed = (tags: readonly (readonly [key: string, value: string])[], name: string): string | undefined =>
  (tags.find(([key]) => key === name) ?? tags.find(([key]) => key.toLowerCase() === name.toLowerCase()))?.[1]

/** `claims`: what an issuer's token says, by names that begin with the issuer's. */
export function roleFacts(
  request: RoleRequest,
  about: { readonly region: string; readonly roleTags: Readonly<Record<string, string>>; readonly claims?: OwnedFacts },
): OwnedFacts {
  const { tags, transitiveTagKeys } = request
  const facts: Readonly<Record<string, string | readonly string[] | undefined>> = {
    'aws:requestedregion': about.region,
    'sts:rolesessionname': request.sessionName,
    'sts:externalid': request.externalId,
    'sts:sourceidentity': request.sourceIdentity,
    'sts:durationseconds': request.durationSeconds.toString(),
    'aws:tagkeys': tags.length === 0 ? undefined : tags.map(({ key }) => key),
    'sts:transitivetagkeys': transitiveTagKeys.length === 0 ? undefined : transitiveTagKeys,
  }
  const [asked, held] = [tags.map(({ key, value }) => [key, value] as const), Object.entries(about.roleTags)]
  return name => {
    if (name.startsWith(requestTag)) return tagNamed(asked, name.slice(requestTag.length))
    if (name.startsWith(resourceTag)) return tagNamed(held, name.slice(resourceTag.length))
    return Object.hasOwn(facts, name) ? facts[name] : about.claims?.(name)
  }
}
