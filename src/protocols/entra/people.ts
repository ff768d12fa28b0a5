// For tests alone: people of the tenant, and tokens for them by the pages.
import assert from 'node:assert/strict'
import { changeUser, createUser, deleteUser, foundUser, revokeSignIns, type UserChange } from '#domain/identity/users.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { operator } from '#model/principal.ts'
import type { Call } from '#domain/call.ts'
import { tenantId } from '#domain/identity/testing.ts'
import { objectIn, textIn, type Answered } from '#protocols/http/testing.ts'
import { browser, challengeOf, newVerifier, redirectedTo, type Browser } from './browser.ts'
import { entraGround, v2, vaultResource, type EntraGround } from './testing.ts'

export const az = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
export const loopback = 'http://localhost:8400'
export const password = 'Correct-Horse-7'
export const domain = 'contoso.keystead.test'
export const scope = `${vaultResource}/.default offline_access openid profile`

export interface Person {
  readonly id: string
  readonly name: string
}

export interface PeopleGround extends EntraGround {
  person(name: string, more?: { readonly mustChange?: boolean }): Promise<Person>
  change(person: Person, change: UserChange): Promise<void>
  signOutEverywhere(person: Person): Promise<void>
  remove(person: Person): Promise<void>
  browser(): Browser
  /** Through the page, for az: the code and the verifier that belongs to it. */
  code(person: Person, more?: Readonly<Record<string, string>>, by?: Browser): Promise<{ readonly code: string; readonly verifier: string }>
  /** Tokens for a code of the page. */
  tokens(person: Person, more?: Readonly<Record<string, string>>): Promise<Answered>
}

export const authorizePath = (more: Readonly<Record<string, string | undefined>> = {}): string => {
  const base = {
    client_id: az,
    response_type: 'code',
    redirect_uri: loopback,
    scope,
    state: 'a state & more',
    nonce: 'n-1',
    code_challenge: challengeOf('v'.repeat(43)),
    code_challenge_method: 'S256',
  }
  const all: Readonly<Record<string, string | undefined>> = { ...base, ...more }
  const given = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  return `/${tenantId}/oauth2/v2.0/authorize?${new URLSearchParams(given).toString()}`
}

export const codeForm = (code: string, verifier: string) => ({
  grant_type: 'authorization_code',
  client_id: az,
  code,
  redirect_uri: loopback,
  code_verifier: verifier,
  scope,
  client_info: '1',
})

export const refreshForm = (refreshToken: string, resource = vaultResource) => ({
  grant_type: 'refresh_token',
  client_id: az,
  refresh_token: refreshToken,
  scope: `${resource}/.default offline_access openid`,
})

export async function peopleGround(changes: { readonly throttle?: boolean } = {}): Promise<PeopleGround> {
  const entra = await entraGround(changes)
  const { ground, pipeline } = entra
  const { context } = ground
  const permitted = (call: Call) => context.access.permit(call, 'directory.write', { on: rootScope })
  const person: PeopleGround['person'] = async (name, { mustChange = false } = {}) =>
    ground.run(operator, async call => {
      const user = {
        userPrincipalName: `${name}@${domain}`,
        displayName: `<${name}>`,
        mailNickname: name,
        enabled: true,
        password: { text: password, mustChange },
      }
      const { value } = await createUser(context, call, { permit: permitted(call), tenantId, user })
      return { id: value.id, name: value.userPrincipalName }
    })
  const found = async (call: Call, { id }: Person) => foundUser(context, call, { tenantId, idOrName: id })
  const code: PeopleGround['code'] = async (who, more = {}, by = browser(pipeline)) => {
    const verifier = newVerifier()
    await by.get(authorizePath({ code_challenge: challengeOf(verifier), ...more }))
    const signedIn = await by.send({ username: who.name, password, action: 'sign-in' })
    return { code: redirectedTo(signedIn).query.get('code') ?? assert.fail(signedIn.text), verifier }
  }
  return {
    ...entra,
    person,
    code,
    browser: () => browser(pipeline),
    change: async (who, change) =>
      ground.run(operator, async call => {
        await changeUser(context, call, { permit: permitted(call), user: await found(call, who), change })
      }),
    signOutEverywhere: async who =>
      ground.run(operator, async call => {
        revokeSignIns(context, call, { permit: permitted(call), user: await found(call, who) })
      }),
    remove: async who =>
      ground.run(operator, async call => deleteUser(context, call, { permit: permitted(call), user: await found(call, who) })),
    async tokens(who, more) {
      const given = await code(who, more)
      const answered = await entra.post(v2, codeForm(given.code, given.verifier))
      assert.equal(answered.status, 200, answered.text)
      return answered
    },
  }
}

export const claimsIn = (token: unknown): Readonly<Record<string, unknown>> =>
  objectIn(JSON.parse(Buffer.from(textIn(token).split('.')[1] ?? '', 'base64url').toString()))

export const said = ({ status, json }: Answered): readonly unknown[] => [
  status,
  json['error'],
  Array.isArray(json['error_codes']) ? json['error_codes'][0] : undefined,
]
