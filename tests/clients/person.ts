// A user of the tenant, and what a browser without scripts does for one on the sign-in pages.
import assert from 'node:assert/strict'
import { z } from 'zod'
import { formIn } from '#protocols/entra/browser.ts'
import type { Instance } from './instance.ts'

const made = z.object({ name: z.string(), objectId: z.guid(), password: z.string() })
export type Person = z.output<typeof made>

/** `keystead user create`: a user with a password of its own. */
export async function addPerson(instance: Instance, name: string): Promise<Person> {
  const { tenantId, domain } = instance.environment
  return made.parse(await instance.ask('user', 'create', `${name}@${tenantId.slice(0, 8)}.${domain}`, '--generate'))
}

export const disable = async (instance: Instance, { name }: Person): Promise<void> => {
  await instance.ask('user', 'disable', name)
}

/** Follows the sign-in page of `url` for a person, and carries the answer to the client's own address, by whichever way it asked for. */
export async function signInAt(url: string, person: Person): Promise<void> {
  const visit = visitor()
  const page = await visit(url)
  const done = await visit(
    new URL(formIn(page).action, url).href,
    filled(page, { username: person.name, password: person.password, action: 'sign-in' }),
  )
  if (done.location === null) await fetch(formIn(done).action, { method: 'POST', body: filled(done, {}) })
  else await fetch(done.location)
}

/** Types a device's code, signs in and agrees. */
export async function approveDevice(url: string, code: string, person: Person): Promise<void> {
  const visit = visitor()
  let page = await visit(url)
  for (const fields of [
    { user_code: code },
    { username: person.name, password: person.password, action: 'sign-in' },
    { action: 'continue' },
  ])
    page = await visit(new URL(formIn(page).action, url).href, filled(page, fields))
  assert.match(page.text, /You are signed in/)
}

interface Visited {
  readonly text: string
  readonly location: string | null
}

const filled = (page: Visited, fields: Readonly<Record<string, string>>): URLSearchParams =>
  new URLSearchParams([...formIn(page).fields, ...Object.entries(fields)])

/** Keeps cookies, sends forms as a browser sends them. */
function visitor() {
  const jar = new Map<string, string>()
  return async (url: string, form?: URLSearchParams): Promise<Visited> => {
    const cookie = [...jar].map(pair => pair.join('=')).join('; ')
    const headers = {
      accept: 'text/html',
      cookie,
      ...(form !== undefined && { origin: new URL(url).origin, 'sec-fetch-site': 'same-origin' }),
    }
    const answer = await fetch(url, { redirect: 'manual', headers, ...(form !== undefined && { method: 'POST', body: form }) })
    for (const set of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split(/=(.*)/s)
      jar.set(name, value)
    }
    return { text: await answer.text(), location: answer.headers.get('location') }
  }
}
