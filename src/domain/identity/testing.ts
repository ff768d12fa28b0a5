// For tests alone: a ground with one tenant.
import { system } from '#model/principal.ts'
import { testGround, type GroundChanges, type TestGround } from '#domain/testing.ts'
import { addPassword, createApplication, createTenant, type HeldApplication } from './directory.ts'

export interface Made {
  readonly application: HeldApplication
  readonly appId: string
  readonly oid: string
  readonly secretText: string
  readonly keyId: string
}

export interface IdentityGround extends TestGround {
  readonly tenantId: string
  /** An application with a secret. */
  add(displayName: string, right?: 'read' | 'write'): Promise<Made>
}

export const tenantId = '11111111-2222-4333-8444-555555555555'
const domains = ['contoso.keystead.test'] as const

export async function identityGround(changes: GroundChanges = {}): Promise<IdentityGround> {
  const ground = await testGround(changes)
  await ground.run(system, async call => createTenant(ground.context, call, { tenantId, displayName: 'Contoso', domains }))
  return {
    ...ground,
    tenantId,
    add: async (displayName, right) =>
      ground.run(system, async call => {
        const made = await createApplication(ground.context, call, { tenantId, displayName, ...(right && { directoryRight: right }) })
        const { credential, secretText, application } = await addPassword(ground.context, call, made.application, { displayName: 'test' })
        const { appId } = application.value
        return { application, appId, oid: made.servicePrincipal.value.id, secretText, keyId: credential.keyId }
      }),
  }
}
