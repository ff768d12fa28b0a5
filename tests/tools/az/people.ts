import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { groupId } from '#tests/clients/azure.ts'
import { named, vaultOf, type Az } from './session.ts'

/** A browser's part: forms and the cookies that the pages set. */
function browser() {
  const cookies = new Map<string, string>()
  return async (url: string, form?: Readonly<Record<string, string>>): Promise<string> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(url, {
      headers: { cookie, ...(form !== undefined && { origin: new URL(url).origin }) },
      ...(form !== undefined && { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      cookies.set(name, value)
    }
    return answer.text()
  }
}

const hidden = (page: string): Record<string, string> =>
  Object.fromEntries(
    [...page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  )

interface Person {
  readonly name: string
  readonly password: string
}

/** Types the code, signs in, and says that it is one's own device. */
async function approve(page: string, code: string, { name, password }: Person): Promise<void> {
  const at = browser()
  const first = await at(page)
  const second = await at(page, { ...hidden(first), user_code: code })
  const third = await at(page, { ...hidden(second), action: 'sign-in', username: name, password })
  assert.match(await at(page, { ...hidden(third), action: 'continue' }), /You are signed in/)
}

export function signInByDeviceCode(az: Az): void {
  const { instance } = az
  const { environment } = instance

  describe('az login with a device code', () => {
    test('a user signs in on another device, and may do what the user may', async () => {
      const name = `ada@${environment.tenantId.slice(0, 8)}.${environment.domain}`
      const password = 'correct-Horse-7-battery'
      az.hide(name, 'ada@DOMAIN')
      const { id } = await az.read(
        z.looseObject({ id: z.guid() }),
        'ad',
        'user',
        'create',
        '--display-name',
        'Ada',
        '--password',
        password,
        '--user-principal-name',
        name,
      )
      await az.give('Reader', { id, type: 'User' }, groupId(environment, az.group))
      await az.give('Key Vault Crypto User', { id, type: 'User' }, vaultOf(az))
      const ada = az.as('ada')
      await ada.listening(
        /devicelogin.* enter the code (\w+)/s,
        async code => approve(`${environment.endpoints.login}/devicelogin`, code, { name, password }),
        ['login', '--use-device-code', '--tenant', environment.tenantId],
      )
      assert.equal((await ada.read(named, 'group', 'show', '--name', az.group)).name, az.group)
      const me = await ada.read(z.looseObject({ userPrincipalName: z.string() }), 'ad', 'signed-in-user', 'show')
      assert.equal(me.userPrincipalName, name)
      await ada.run('keyvault', 'key', 'show', '--vault-name', az.vault, '--name', 'cmk')
      await ada.refused(/ForbiddenByRbac/, 'keyvault', 'secret', 'list', '--vault-name', az.vault)
    })
  })
}
