// A person in Debian's Chromium, in front of the sign-in page, with and without scripts.
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { hash, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { connect } from 'node:tls'
import { describe, test } from 'node:test'
import { chromium, type Browser, type Page } from 'playwright-core'
import { z } from 'zod'
import { challengeOf, newVerifier } from '#protocols/entra/browser.ts'
import { azureOf, called, vaultId, vaultResource } from './azure.ts'
import { behindInstance } from './behind.ts'
import type { Instance } from './instance.ts'
import { addPerson, disable, type Person } from './person.ts'

const executablePath = (process.env['PATH'] ?? '')
  .split(':')
  .map(folder => `${folder}/chromium`)
  .find(path => existsSync(path))
const missing = 'chromium is missing: apt-get install chromium'
if (executablePath === undefined) test('a browser', { skip: process.env['CI'] === 'true' ? false : missing }, () => assert.fail(missing))
else testBrowser(executablePath, await behindInstance(import.meta.filename))

const az = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
const tokenShape = z.looseObject({ access_token: z.string(), id_token: z.string() })

/** A client with a page on the user's own machine: sends the browser to sign in, and redeems what comes back. */
interface Program {
  readonly url: string
  /** Where it sends the browser. */
  signInUrl(more?: Readonly<Record<string, string>>): string
  /** The token that the last sign-in gave. */
  token(): Promise<string>
  close(): void
}

async function program({ environment }: Instance): Promise<Program> {
  const { endpoints, tenantId } = environment
  const at = `${endpoints.login}/${tenantId}/oauth2/v2.0`
  const scope = `${vaultResource(environment)}/.default openid profile offline_access`
  const verifier = newVerifier()
  let answered = Promise.withResolvers<string>()
  const server: Server = createServer((request, response) => void answer(request, response))
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const posted = await Array.fromAsync<Buffer>(request)
    const sent = new URLSearchParams(request.method === 'POST' ? Buffer.concat(posted).toString() : (request.url ?? '').split('?')[1])
    response
      .setHeader('content-type', 'text/html')
      .end(`<title>the program</title><p>${sent.has('code') ? 'signed in' : (sent.get('error') ?? 'nothing')}</p>`)
    const code = sent.get('code')
    if (code === null) return
    const form = { grant_type: 'authorization_code', client_id: az, code, redirect_uri: url, code_verifier: verifier, scope }
    const given = tokenShape.parse(await (await fetch(`${at}/token`, { method: 'POST', body: new URLSearchParams(form) })).json())
    answered.resolve(given.access_token)
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://localhost:${typeof address === 'object' ? address?.port : ''}`
  return {
    url,
    signInUrl(more = {}) {
      answered = Promise.withResolvers()
      const asked = {
        client_id: az,
        response_type: 'code',
        redirect_uri: url,
        scope,
        state: 's',
        code_challenge: challengeOf(verifier),
        code_challenge_method: 'S256',
      }
      return `${at}/authorize?${new URLSearchParams({ ...asked, ...more }).toString()}`
    },
    token: async () => answered.promise,
    close: () => server.close(),
  }
}

/** The listener's own key, which the browser takes for good: nothing else is weakened. */
async function keyOf({ environment }: Instance): Promise<string> {
  const host = new URL(environment.endpoints.login).hostname
  const socket = connect({ host: '127.0.0.1', port: environment.port, servername: host, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const certificate = new X509Certificate(socket.getPeerCertificate().raw)
  socket.destroy()
  return hash('sha256', certificate.publicKey.export({ type: 'spki', format: 'der' }), 'base64')
}

function testBrowser(path: string, instance: Instance): void {
  const { environment } = instance
  const { administrator, resourceGroup, tenantId, location, endpoints } = environment
  const vault = called('kv')

  async function keyUser(): Promise<Person> {
    const person = await addPerson(instance, called('user'))
    const azure = azureOf(environment, administrator)
    await azure.assign('Key Vault Crypto User', person.objectId, vaultId(environment, resourceGroup, vault), 'User')
    return person
  }
  const listKeys = async (token: string): Promise<number> =>
    (await fetch(`https://${vault}${endpoints.vaultSuffix}/keys?api-version=7.4`, { headers: { authorization: `Bearer ${token}` } })).status

  /** A browser of its own, which says what its pages were not allowed to do. */
  async function browsing<T>(
    how: { readonly scripts: boolean; readonly complains?: RegExp },
    run: (page: Page, client: Program) => Promise<T>,
  ): Promise<void> {
    const browser: Browser = await chromium.launch({
      executablePath: path,
      proxy: { server: environment.proxy, bypass: 'localhost' },
      args: [`--ignore-certificate-errors-spki-list=${await keyOf(instance)}`],
    })
    const client = await program(instance)
    const complaints: string[] = []
    try {
      const page = await (await browser.newContext({ javaScriptEnabled: how.scripts })).newPage()
      page.on('console', message => {
        if (message.type() === 'error' && !message.text().includes('status of 400')) complaints.push(message.text())
      })
      await run(page, client)
      const unexpected = complaints.filter(text => how.complains?.test(text) !== true)
      assert.deepEqual(unexpected, [], 'no page needed what its policy forbids')
    } finally {
      client.close()
      await browser.close()
    }
  }

  async function signIn(page: Page, person: Person, password = person.password): Promise<void> {
    await page.getByLabel('Account').fill(person.name)
    await page.getByLabel('Password').fill(password)
    await page.keyboard.press('Enter')
  }

  describe('a person in Chromium', { concurrency: 1, timeout: 180_000 }, () => {
    test('has a vault to use', async () => {
      const { vaults } = azureOf(environment, administrator).vaults
      const properties = { tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true } as const
      await vaults.createOrUpdate(resourceGroup, vault, { location, properties })
    })

    test('signs in with PKCE; an administrator disables the user, and the next request is refused', async () => {
      const person = await keyUser()
      await browsing({ scripts: true }, async (page, client) => {
        await page.goto(client.signInUrl())
        assert.equal(await page.evaluate('document.activeElement.id'), 'username', 'the first field has the focus')
        await signIn(page, person, 'not the password')
        await page.getByRole('alert').waitFor()
        assert.match((await page.getByRole('alert').textContent()) ?? '', /account or the password is wrong/)
        assert.equal(await page.getByLabel('Account').inputValue(), person.name)
        assert.equal(await page.evaluate('document.activeElement.id'), 'password')
        await signIn(page, person)
        await page.getByText('signed in').waitFor()
        assert(page.url().startsWith(client.url))
        const token = await client.token()
        assert.equal(await listKeys(token), 200)
        const session = (await page.context().cookies()).find(({ name }) => name === '__Host-keystead-session')
        assert.deepEqual([session?.httpOnly, session?.secure, session?.sameSite], [true, true, 'Lax'])
        await disable(instance, person)
        assert.equal(await listKeys(token), 401)
        await page.goto(client.signInUrl())
        await page.getByLabel('Password').waitFor()
      })
    })

    test('is known at the second sign-in, picks the account, and signs out', async () => {
      const person = await keyUser()
      await browsing({ scripts: true }, async (page, client) => {
        await page.goto(client.signInUrl({ response_mode: 'form_post' }))
        await signIn(page, person)
        await page.getByText('signed in', { exact: true }).waitFor()
        await client.token()
        await page.goto(client.signInUrl({ prompt: 'select_account' }))
        await page.getByRole('button', { name: 'Continue' }).click()
        await page.getByText('signed in').waitFor()
        await page.goto(`${endpoints.login}/${tenantId}/oauth2/v2.0/logout`)
        await page.getByRole('button', { name: 'Sign out' }).click()
        await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
        await page.goto(client.signInUrl())
        await page.getByLabel('Password').waitFor()
      })
    })

    test('needs no scripts: signs in, and presses a button where the answer goes by a form', async () => {
      const person = await keyUser()
      await browsing({ scripts: false }, async (page, client) => {
        await page.goto(client.signInUrl({ response_mode: 'form_post' }))
        await signIn(page, person)
        await page.getByRole('button', { name: 'Continue' }).click()
        await page.getByText('signed in').waitFor()
        assert.equal(await listKeys(await client.token()), 200)
      })
    })

    test('cannot be framed by another page', async () => {
      await browsing({ scripts: true, complains: /frame-ancestors/ }, async (page, client) => {
        await page.goto(client.url)
        const complained = page.waitForEvent('console', message => message.text().includes('frame-ancestors'))
        await page.setContent(`<iframe src="${client.signInUrl().replaceAll('&', '&amp;')}"></iframe>`)
        await complained
        const framed = page.frames().find(frame => frame !== page.mainFrame())
        assert.equal(await framed?.getByLabel('Password').count(), 0)
      })
    })

    test('sees a page of the instance’s own style', async () => {
      await browsing({ scripts: true }, async (page, client) => {
        await page.goto(client.signInUrl())
        const { width = 0 } = (await page.getByRole('main').boundingBox()) ?? {}
        assert(width > 300 && width < 500, `${width} pixels`)
      })
    })
  })
}
