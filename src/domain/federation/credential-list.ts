import { Problem } from '#model/problem.ts'
import type { FederatedCredential } from './records.ts'

/** Who is trusted to vouch, for whom, in tokens made out to whom. */
export interface FederatedTerms {
  readonly issuer: string
  readonly subject: string
  readonly audiences: readonly string[]
  readonly description?: string | undefined
}

/** An object has so many at most (identity-and-arm.md 1.4). */
const credentialsMax = 20
const textMax = 600

const refused = (name: string, message: string): Problem => new Problem({ code: 'InvalidBody', details: { name, message } })

/** The list with a new one, or one with new terms. Raises `InvalidBody`, `Conflict` for a name or an issuer's subject that is there already. */
export function withTerms(
  list: readonly FederatedCredential[],
  one: { readonly id: string; readonly name: string; readonly terms: FederatedTerms },
): { readonly list: FederatedCredential[]; readonly credential: FederatedCredential } {
  const { id, name, terms } = one
  checkTerms(terms)
  const before = list.find(other => other.id === id)
  const others = list.filter(other => other !== before)
  if (others.some(other => other.name.toLowerCase() === name.toLowerCase()))
    throw new Problem({ code: 'Conflict', details: { message: `FederatedIdentityCredential with name ${name} already exists.` } })
  if (others.some(other => other.issuer === terms.issuer && other.subject === terms.subject))
    throw new Problem({
      code: 'Conflict',
      details: { message: 'A FederatedIdentityCredential with this issuer and subject already exists.' },
    })
  if (before === undefined && list.length >= credentialsMax)
    throw refused('federatedIdentityCredentials', `An object has ${credentialsMax} federated identity credentials at most.`)
  const { issuer, subject, audiences, description } = terms
  const credential: FederatedCredential = {
    id,
    name,
    issuer,
    subject,
    audiences: [...audiences],
    revision: (before?.revision ?? 0) + 1,
    ...(description !== undefined && { description }),
  }
  return { list: before === undefined ? [...list, credential] : list.map(other => (other === before ? credential : other)), credential }
}

/** By id or by name, in any case; `undefined` where there is none. */
export function credentialNamed(list: readonly FederatedCredential[], idOrName: string): FederatedCredential | undefined {
  const wanted = idOrName.toLowerCase()
  return list.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted)
}

function checkTerms({ issuer, subject, audiences, description = '' }: FederatedTerms): void {
  if (!isIssuer(issuer)) throw refused('issuer', 'The issuer is an https URL without user, query and fragment.')
  if (!isText(subject)) throw refused('subject', `The subject has 1 to ${textMax} characters.`)
  if (audiences.length !== 1 || !audiences.every(isText))
    throw refused('audiences', `There is one audience, of 1 to ${textMax} characters.`)
  if (description.length > textMax) throw refused('description', `The description has ${textMax} characters at most.`)
}

const isText = (text: string): boolean => text !== '' && text.length <= textMax

/** Spelt as it is compared: what the URL parser would fold away is not looked for. */
function isIssuer(text: string): boolean {
  const url = isText(text) && !/[\s?#@\\]/.test(text) ? URL.parse(text) : null
  return url?.protocol === 'https:' && url.username === '' && url.password === ''
}
