// What policies of accounts may ask of every request, by the names that one cloud gives these facts (aws-kms.md 4.4).
import type { ActingInAccount } from '#model/principal.ts'
import { parseArn, rootArn } from '#domain/accounts/arn.ts'
import type { Owned, OwnedFacts, Question } from '#domain/access/permit.ts'

type Fact = string | readonly string[] | undefined
type Asked = Pick<Question, 'at' | 'source'> & { readonly acting: ActingInAccount; readonly owned: Owned }

const instant = (at: number): string => Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'second' })

const principalTypes = {
  root: 'Account',
  user: 'User',
  session: 'AssumedRole',
  service: 'Service',
  federated: 'FederatedUser',
  federatedUser: 'FederatedUser',
} as const

/** The role stands for its sessions: conditions name it, whatever they are called. */
const principalArn = (acting: ActingInAccount): string =>
  acting.role?.arn ?? (acting.kind === 'root' ? rootArn(acting.accountId) : acting.arn)

/** Of somebody in an account: services and those whom only an issuer knows have none of these. */
const ofAccount =
  (fact: (acting: ActingInAccount) => Fact) =>
  ({ acting }: Asked): Fact =>
    acting.kind === 'service' || acting.kind === 'federated' ? undefined : fact(acting)

/** Who asks is known here alone: what a request says of itself never replaces it. */
const ofPrincipal: ReadonlyMap<string, (asked: Asked) => Fact> = new Map(
  Object.entries({
    'aws:principalarn': ofAccount(principalArn),
    'aws:principalaccount': ofAccount(({ accountId }) => accountId),
    'aws:principaltype': ofAccount(({ kind }) => principalTypes[kind]),
    'aws:userid': ofAccount(({ userId }) => userId),
    'aws:username': ofAccount(({ kind, name }) => (kind === 'user' ? name : undefined)),
    'aws:principalisawsservice': ({ acting }: Asked) => String(acting.kind === 'service'),
    'aws:principalservicename': ({ acting }: Asked) => (acting.kind === 'service' ? acting.arn : undefined),
    // Only sessions, a user's own among them, say whether a second factor was there; none of ours has one.
    'aws:multifactorauthpresent': ofAccount(({ kind, issuedAt }) => (kind === 'session' || issuedAt !== undefined ? 'false' : undefined)),
    'aws:tokenissuetime': ofAccount(({ issuedAt }) => (issuedAt === undefined ? undefined : instant(issuedAt))),
    'aws:sourceidentity': ofAccount(({ sourceIdentity }) => sourceIdentity),
    'aws:federatedprovider': ({ acting }: Asked) => acting.federatedProvider,
    'aws:viaawsservice': ({ acting }: Asked) => String(acting.via !== undefined),
    'aws:calledvia': ({ acting }: Asked) => (acting.via === undefined ? undefined : [serviceName(acting.via)]),
    'aws:calledviafirst': ({ acting }: Asked) => (acting.via === undefined ? undefined : serviceName(acting.via)),
    'aws:calledvialast': ({ acting }: Asked) => (acting.via === undefined ? undefined : serviceName(acting.via)),
    'aws:currenttime': ({ at }: Asked) => (at === undefined ? undefined : instant(at)),
    'aws:epochtime': ({ at }: Asked) => (at === undefined ? undefined : String(Math.floor(at / 1_000))),
    'aws:securetransport': () => 'true', // every listener of these wires is TLS
    // A service that acts for the caller comes from nowhere that the caller's policy could know.
    'aws:sourceip': ({ acting, source }: Asked) => (acting.via === undefined ? source?.sourceIp : undefined),
    'aws:useragent': ({ source }: Asked) => source?.userAgent,
    // What a service acts for, so that a policy can hold it to that (IAM User Guide, "The confused deputy problem").
    'aws:sourcearn': ({ acting, owned }: Asked) => (acting.kind === 'service' ? acting.sourceArn : owned.facts('aws:sourcearn')),
    'aws:sourceaccount': ({ acting, owned }: Asked) => (acting.kind === 'service' ? acting.accountId : owned.facts('aws:sourceaccount')),
    'aws:resourceaccount': ({ owned }: Asked) => owned.account,
    'aws:requestedregion': regionOf,
    'kms:viaservice'(asked: Asked) {
      const region = regionOf(asked)
      return asked.acting.via === undefined || region === undefined ? undefined : `${asked.acting.via}.${region}.amazonaws.com`
    },
    'kms:calleraccount': ofAccount(({ accountId }) => accountId),
  }),
)

const serviceName = (service: string): string => `${service}.amazonaws.com`

/** The place of the request: as the request says, else as the name of the thing does. */
function regionOf({ owned }: Asked): string | undefined {
  const region = owned.facts('aws:requestedregion') ?? parseArn(owned.arn)?.region
  return typeof region === 'string' && region !== '' ? region : undefined
}

const principalTag = 'aws:principaltag/'

/** Names of tags come in lower case, as all condition keys do; two that differ in case alone are one. */
function tagOf(tags: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(tags, name) ? tags[name] : Object.entries(tags).find(([key]) => key.toLowerCase() === name)?.[1]
}

/** Facts of one question, each found when it is first asked for. */
export function accountFacts(asked: Asked): OwnedFacts {
  const known = new Map<string, Fact>()
  function find(key: string): Fact {
    const ofWho = ofPrincipal.get(key)
    if (ofWho !== undefined) return ofWho(asked)
    if (key.startsWith(principalTag)) return tagOf(asked.acting.tags, key.slice(principalTag.length))
    return asked.owned.facts(key)
  }
  return key => {
    if (known.has(key)) return known.get(key)
    const fact = find(key)
    known.set(key, fact)
    return fact
  }
}
