// az as Microsoft publishes it, in the surroundings that `keystead env` prints (people.md 0.2): nothing registered, nothing weakened.
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { behindInstance } from '#tests/clients/behind.ts'
import { besideBoth } from '#tests/clients/beside-both.ts'
import { besideIssuer } from '#tests/clients/beside-issuer.ts'
import { besideReceiver } from '#tests/clients/beside-receiver.ts'
import { program as keystead, type Instance } from '#tests/clients/instance.ts'
import { directory, roles } from './az/access.ts'
import { certificates } from './az/certificates.ts'
import { disks } from './az/disks.ts'
import { events } from './az/events.ts'
import { identities, machines } from './az/identities.ts'
import { keys } from './az/keys.ts'
import { signInByDeviceCode } from './az/people.ts'
import { secrets } from './az/secrets.ts'
import { azSession, type Az } from './az/session.ts'
import { signInByCertificate, signInByFederatedToken, signInBySecret } from './az/sign-in.ts'
import { groupsAndVaults } from './az/vaults.ts'
import { findProgram, ran, testMissing } from './programs.ts'

/** In this order: what one section made, the next one uses. */
const sections: readonly (readonly [title: string, section: (az: Az) => void])[] = [
  ['Signing in', signInBySecret],
  ['Groups and vaults', groupsAndVaults],
  ['Keys', keys],
  ['Secrets', secrets],
  ['Certificates', certificates],
  ['Events', events],
  ['Disks', disks],
  ['Roles and locks', roles],
  ['The directory', directory],
  ['Managed identities', identities],
  ['Virtual machines', machines],
  ['Signing in with a device code', signInByDeviceCode],
  ['Signing in with a certificate', signInByCertificate],
  ['Signing in with a federated token', signInByFederatedToken],
]

const az = findProgram('az', ['version'])
if (az === undefined) testMissing('az', 'no az', ['az'])
else testAz(az, await behindInstance(import.meta.filename, async () => besideBoth(besideIssuer, besideReceiver)))

function testAz(program: string, instance: Instance): void {
  const usersOwn = statSync(join(homedir(), '.azure'), { throwIfNoEntry: false })?.mtimeMs
  const session = azSession(program, instance)

  describe('az', { concurrency: 1, timeout: 1_500_000 }, () => {
    after(async () => session.page.settle())

    for (const [title, section] of sections)
      describe(title, () => {
        test('has a heading of its own', () => session.page.section(title))
        section(session)
      })

    test('works through `keystead exec`, which sets all of it, and leaves the user’s own profile alone', async () => {
      const script = [
        `az login --service-principal -u "$AZURE_CLIENT_ID" -p "$AZURE_CLIENT_SECRET" --tenant "$AZURE_TENANT_ID" -o none`,
        `az keyvault show --name ${session.vault} --resource-group ${session.group} --query name -o tsv`,
      ].join(' && ')
      const env = { ...process.env, PATH: `${dirname(program)}:${process.env['PATH'] ?? ''}` }
      const words = ['exec', '--data', instance.data, '--', 'sh', '-c', script]
      const { code, stdout, stderr } = await ran(keystead, words, { env, cwd: instance.dir })
      assert.equal(code, 0, stderr)
      assert.equal(stdout.trim(), session.vault)
      assert.equal(statSync(join(homedir(), '.azure'), { throwIfNoEntry: false })?.mtimeMs, usersOwn)
    })
  })
}
