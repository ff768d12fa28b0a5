// Terraform and its azuread provider as it is published: the directory, applied, nothing left to do, changed, imported, destroyed.
import assert from 'node:assert/strict'
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { ClientSecretCredential } from '@azure/identity'
import { z } from 'zod'
import { authorityOf, azureOf, vaultResource } from '#tests/clients/azure.ts'
import { behindInstance } from '#tests/clients/behind.ts'
import { graphBy, idsOf } from '#tests/clients/graph.ts'
import type { Instance, Ran } from '#tests/clients/instance.ts'
import { secret } from '#tests/left-behind/noted.ts'
import { clientPage } from './page.ts'
import { clientFolder, findProgram, ran, testMissing } from './programs.ts'

const mirror = clientFolder('plugins')
const terraform = findProgram('terraform', ['version'])
if (terraform === undefined || !existsSync(join(mirror, 'registry.terraform.io', 'hashicorp', 'azuread')))
  testMissing('Terraform at the directory', 'no terraform, or not its azuread provider', ['terraform', 'azureadprovider'])
else testTerraform(terraform, await behindInstance(import.meta.filename))

function testTerraform(program: string, instance: Instance): void {
  const { dir, environment } = instance
  const [folder, config] = [join(dir, 'terraform'), join(dir, 'terraform.rc')]
  const azure = azureOf(environment, environment.administrator)
  const graph = graphBy(environment, async () => azure.token(environment.endpoints.graph))
  const env = { ...process.env, TF_CLI_CONFIG_FILE: config, TF_IN_AUTOMATION: '1' }
  const page = clientPage(instance, {
    file: 'terraform-directory.md',
    title: 'Terraform: the directory',
    lead: 'Terraform 1.11 or later and its azuread provider 3.9.0, with the surroundings of `keystead env`; the resources are `tests/tools/terraform-directory/main.tf`.',
    masks: [],
    calls: 'as a set',
  })
  const run = async (...words: readonly string[]): Promise<Ran> =>
    page.ran(`terraform ${words.join(' ')}`, async () => ran(program, [...words, '-no-color'], { env, cwd: folder }), {})
  const output = async (name: string): Promise<string> => (await ran(program, ['output', '-raw', name], { env, cwd: folder })).stdout
  const renamed = ['-var', 'title=store']
  const idsIn = (): Readonly<Record<string, string>> => {
    const shape = z.looseObject({
      resources: z.array(
        z.looseObject({
          type: z.string(),
          name: z.string(),
          instances: z.array(z.looseObject({ attributes: z.looseObject({ id: z.string() }) })),
        }),
      ),
    })
    const { resources } = shape.parse(JSON.parse(readFileSync(join(folder, 'terraform.tfstate'), 'utf8')))
    return Object.fromEntries(resources.map(({ type, name, instances }) => [`${type}.${name}`, instances[0]?.attributes.id ?? '']))
  }

  describe('Terraform at the directory', { concurrency: 1, timeout: 900_000 }, () => {
    before(() => {
      cpSync(join(import.meta.dirname, 'terraform-directory'), folder, { recursive: true })
      writeFileSync(config, `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\ndisable_checkpoint = true\n`)
    })
    after(async () => page.settle())

    test('applies an application, its principal, secrets, a federated credential, a group; the secret signs in', async () => {
      await run('init')
      await run('apply', '-auto-approve')
      const [clientId, password] = [await output('client_id'), secret('a client secret', await output('password'))]
      const credential = new ClientSecretCredential(environment.tenantId, clientId, password, authorityOf(environment))
      assert((await credential.getToken(`${vaultResource(environment)}/.default`)).token.length > 0)
      const [group] = await idsOf(graph, 'groups', "displayName eq 'operators of shop'")
      const members = z
        .object({ value: z.array(z.looseObject({ appId: z.string() })) })
        .parse((await graph('GET', `groups/${group}/members`)).json)
      assert.deepEqual(
        members.value.map(({ appId }) => appId),
        [clientId],
      )
    })

    // Exit 2 would say that there is something to do.
    test('has nothing left to do', async () => void (await run('plan', '-detailed-exitcode')))

    test('changes names, as planned', async () => {
      await run('apply', '-auto-approve', ...renamed)
      await run('plan', '-detailed-exitcode', ...renamed)
      assert.equal((await idsOf(graph, 'applications', "displayName eq 'store'")).length, 1)
    })

    test('imports what is there, and would change nothing of it', async () => {
      const found = Object.entries(idsIn()).filter(([address]) =>
        ['azuread_application.shop', 'azuread_service_principal.shop', 'azuread_group.operators'].includes(address),
      )
      assert.equal(found.length, 3)
      await run('state', 'rm', ...found.map(([address]) => address))
      for (const [address, id] of found) await run('import', ...renamed, address, id)
      await run('plan', '-detailed-exitcode', ...renamed)
    })

    test('destroys all of it', async () => {
      await run('destroy', '-auto-approve', ...renamed)
      for (const [set, name] of [
        ['applications', 'store'],
        ['servicePrincipals', 'store'],
        ['groups', 'operators of store'],
      ] as const)
        assert.deepEqual(await idsOf(graph, set, `displayName eq '${name}'`), [], set)
    })
  })
}
