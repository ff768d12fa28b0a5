// People sign in to az as Microsoft publishes it: by a code that they type elsewhere, and by the browser that az opens.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { azureOf, called } from '#tests/clients/azure.ts'
import { behindInstance } from '#tests/clients/behind.ts'
import type { Instance } from '#tests/clients/instance.ts'
import { addPerson, approveDevice, disable, type Person } from '#tests/clients/person.ts'
import { findProgram, ran, testMissing } from './programs.ts'

const az = findProgram('az', ['version'])
if (az === undefined) testMissing('people at az', 'no az', ['az'])
else testAz(az, await behindInstance(import.meta.filename))

function testAz(program: string, instance: Instance): void {
  const { environment } = instance
  const { administrator, tenantId, subscriptionId } = environment

  /** A user who may read the subscription, and az's own folder for this one. */
  async function reader(name: string) {
    const person = await addPerson(instance, called(name))
    await azureOf(environment, administrator).assign('Reader', person.objectId, `/subscriptions/${subscriptionId}`, 'User')
    const config = join(instance.dir, name)
    mkdirSync(config)
    return { person, env: { ...process.env, AZURE_CONFIG_DIR: config } }
  }
  const asked = async (env: NodeJS.ProcessEnv, ...words: readonly string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await ran(program, [...words, '--output', 'json'], { env, cwd: instance.dir })
    assert.equal(code, 0, `az ${words.join(' ')}: exit ${code}\n${stderr}`)
    return JSON.parse(stdout)
  }
  const account = z.looseObject({ id: z.guid(), tenantId: z.guid(), user: z.object({ name: z.string(), type: z.string() }) })
  async function isWho(env: NodeJS.ProcessEnv, person: Person): Promise<void> {
    const shown = account.parse(await asked(env, 'account', 'show'))
    assert.deepEqual([shown.id, shown.tenantId, shown.user], [subscriptionId, tenantId, { name: person.name, type: 'user' }])
    const me = z.looseObject({ id: z.guid() }).parse(await asked(env, 'ad', 'signed-in-user', 'show'))
    assert.equal(me.id, person.objectId)
    const groups = z.array(z.looseObject({ name: z.string() })).parse(await asked(env, 'group', 'list'))
    assert(groups.some(group => group.name === environment.resourceGroup))
  }

  describe('people at az', { concurrency: 1, timeout: 300_000 }, () => {
    test('sign in by a code that they type elsewhere; disabled, they are nobody at the next command', async () => {
      const { person, env } = await reader('device')
      const login = spawn(program, ['login', '--use-device-code', '--output', 'json'], { env, cwd: instance.dir })
      const { code, url, said } = await codeSaid(login.stderr)
      await approveDevice(url, code, person)
      const [exit] = (await once(login, 'close')) as [number]
      assert.equal(exit, 0, said())
      await isWho(env, person)
      await disable(instance, person)
      const refused = await ran(program, ['group', 'list'], { env, cwd: instance.dir })
      assert.notEqual(refused.code, 0)
      assert.match(refused.stderr, /AADSTS50057|InvalidAuthenticationToken|az login/)
    })

    test('sign in by name and password once the tenant lets them; before, the right password is told nothing', async () => {
      const { person, env } = await reader('password')
      const words = ['login', '--username', person.name, '--password', person.password, '--tenant', tenantId]
      // A folder of its own: MSAL keeps refusals for a minute.
      const AZURE_CONFIG_DIR = join(instance.dir, 'refused')
      mkdirSync(AZURE_CONFIG_DIR)
      const refused = await ran(program, words, { env: { ...env, AZURE_CONFIG_DIR }, cwd: instance.dir })
      assert.notEqual(refused.code, 0)
      assert.match(refused.stderr, /AADSTS70003/)
      await instance.ask('tenant', 'password-grant', 'on')
      await asked(env, ...words)
      await isWho(env, person)
      await instance.ask('tenant', 'password-grant', 'off')
    })

    test('sign in by the browser that az opens', async () => {
      const { person, env } = await reader('browser')
      const script = join(instance.dir, 'browser.sh')
      writeFileSync(script, `#!/bin/sh\nexec ${process.execPath} ${join(import.meta.dirname, 'visit.ts')} "$1"\n`, { mode: 0o700 })
      const browsing = {
        ...env,
        BROWSER: `${script} %s &`,
        DISPLAY: ':0',
        KEYSTEAD_PERSON: person.name,
        KEYSTEAD_PASSWORD: person.password,
      }
      await asked(browsing, 'login', '--tenant', tenantId)
      await isWho(env, person)
    })
  })
}

/** What az prints of a device code, and all that it says after it: a pipe that nobody reads any more would end it. */
async function codeSaid(stderr: Readable): Promise<{ readonly code: string; readonly url: string; readonly said: () => string }> {
  let said = ''
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly code: string; readonly url: string }>()
  stderr.on('data', piece => {
    said += String(piece)
    const [, url, code] = /open the page (\S+) and enter the code (\S+)/.exec(said) ?? []
    if (url !== undefined && code !== undefined) resolve({ code, url })
  })
  stderr.on('end', () => reject(new Error(`no code: ${said}`)))
  return { ...(await promise), said: () => said }
}
