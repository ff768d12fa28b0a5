// Terraform and its azurerm provider as they are published: apply, nothing left to do, change, import, destroy.
// A vault that is reachable costs two minutes of waiting, which the provider takes to see it (terraform-and-clients.md 3.2).
import assert from 'node:assert/strict'
import { cpSync, existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { azureOf, groupId, refusalOf, vaultId } from '#tests/clients/azure.ts'
import { behindInstance } from '#tests/clients/behind.ts'
import type { Instance, Ran } from '#tests/clients/instance.ts'
import { clientPage } from './page.ts'
import { clientFolder, findProgram, ran, testMissing } from './programs.ts'

const secret = 'canary-4be0a1'
const mirror = clientFolder('plugins')
const terraform = findProgram('terraform', ['version'])
if (terraform === undefined || !existsSync(join(mirror, 'registry.terraform.io', 'hashicorp', 'azurerm')))
  testMissing('Terraform', 'no terraform, or not its azurerm provider', ['terraform', 'azurerm'])
else testTerraform(terraform, await behindInstance(import.meta.filename))

function testTerraform(program: string, instance: Instance): void {
  const { dir, environment } = instance
  const folder = join(dir, 'terraform')
  const [config, group, vault] = [join(dir, 'terraform.rc'), 'terraform', 'kv-terraform']
  const azure = azureOf(environment, environment.administrator)
  const env = {
    ...process.env,
    TF_CLI_CONFIG_FILE: config,
    TF_IN_AUTOMATION: '1',
    TF_VAR_location: environment.location,
    TF_VAR_password: secret,
  }
  const page = clientPage(instance, {
    file: 'terraform.md',
    title: 'Terraform',
    lead: 'Terraform 1.11 or later and its azurerm provider 5.2.0, with the surroundings of `keystead env`; the resources are `tests/tools/terraform/*.tf`.',
    masks: [[environment.subscriptionId, 'SUB']],
    calls: 'as a set',
  })
  const run = async (words: readonly string[], refusal?: RegExp): Promise<Ran> => {
    const done = async () => ran(program, [...words, '-no-color'], { env, cwd: folder })
    return page.ran(`terraform ${words.join(' ')}`, done, refusal === undefined ? {} : { refusal })
  }
  const nothingToDo = async (...words: readonly string[]): Promise<void> => {
    // Exit 2 would say that there is something to do.
    await run(['plan', '-detailed-exitcode', ...words])
  }
  const changed = ['-var', 'disk_gb=8', '-var', 'password_version=2']
  const compute = `${groupId(environment, group)}/providers/Microsoft.Compute`

  describe('Terraform', { concurrency: 1, timeout: 900_000 }, () => {
    before(() => {
      cpSync(join(import.meta.dirname, 'terraform'), folder, { recursive: true })
      writeFileSync(config, `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\ndisable_checkpoint = true\n`)
    })
    after(async () => page.settle())

    test('applies a group, vaults, a key with its rotation policy, roles, an encryption set, a disk, secrets', async () => {
      await run(['init'])
      await run(['apply', '-auto-approve'])
      const disk = await azure.compute.disks.get(group, 'data')
      assert.deepEqual([disk.diskSizeGB, disk.encryption?.diskEncryptionSetId], [4, `${compute}/diskEncryptionSets/des`])
      const policy = await azure.keys(vault).getKeyRotationPolicy('cmk')
      assert.deepEqual([policy.expiresIn, policy.lifetimeActions?.length], ['P90D', 2])
    })

    test('has nothing left to do', async () => nothingToDo())

    test('writes secrets that neither state nor plan holds, and reads one for the length of a run', async () => {
      await run(['plan', '-out=plan', ...changed])
      const files = globSync('**/*', { cwd: folder, withFileTypes: true }).filter(
        file => file.isFile() && !file.parentPath.includes('.terraform'),
      )
      assert(files.some(({ name }) => name === 'plan') && files.some(({ name }) => name === 'terraform.tfstate'))
      for (const { parentPath, name } of files) assert(!readFileSync(join(parentPath, name), 'latin1').includes(secret), name)
      const plan = (await ran(program, ['show', '-json', 'plan'], { env, cwd: folder })).stdout
      assert(plan.includes('value_wo_version') && !plan.includes(secret))
    })

    test('changes a disk and the secrets, as planned', async () => {
      await run(['apply', 'plan'])
      assert.equal((await azure.compute.disks.get(group, 'data')).diskSizeGB, 8)
      await nothingToDo(...changed)
    })

    test('imports what is there, and would change nothing of it', async () => {
      const key = await azure.keys(vault).getKey('cmk')
      const found = {
        'azurerm_key_vault.main': vaultId(environment, group, vault),
        'azurerm_key_vault_key.cmk': key.id ?? '',
        'azurerm_disk_encryption_set.main': `${compute}/diskEncryptionSets/des`,
        'azurerm_managed_disk.data': `${compute}/disks/data`,
      }
      await run(['state', 'rm', ...Object.keys(found)])
      for (const [address, id] of Object.entries(found)) await run(['import', ...changed, address, id])
      await nothingToDo(...changed)
    })

    test('destroys all of it; the protected vault stays deleted until its time is over, the other one is purged', async () => {
      await run(['destroy', '-auto-approve', ...changed])
      const gone = await refusalOf('reading the group', azure.resources.resourceGroups.get(group))
      assert.equal(gone.statusCode, 404)
      const left = (await Array.fromAsync(azure.vaults.vaults.listDeleted())).map(({ name }) => name)
      assert(left.includes(vault) && !left.includes('kv-closed'), left.join(' '))
    })
  })
}
