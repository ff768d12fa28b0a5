import { z } from 'zod'
import { millis } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { removeFederated } from '#domain/federation/application-credentials.ts'
import { changeApplication, checkRoom } from '#domain/identity/change-application.ts'
import { addPassword, type HeldApplication } from '#domain/identity/directory.ts'
import { applicationNamed } from '#domain/identity/named-application.ts'
import type { Application } from '#domain/identity/records.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import type { Call } from '#domain/call.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

const day = 86_400_000
const application = z.string().min(1, 'an application has a name')
const common = { method: 'POST', scope: () => rootScope, params: z.object({}), query: z.object({}) } as const

/** What the entry says of whose credential it is about. */
function noteOf(call: Call, { value: { tenantId, id, appId, displayName } }: HeldApplication): void {
  call.resource = `/tenants/${tenantId}/applications/${id} ${displayName}`
  call.details.set('appId', appId)
}

const timeText = (at: number): string => Temporal.Instant.fromEpochMilliseconds(at).toString()

/** Without digests, and without what a certificate's holder signs by: what `list` shows. */
const shown = ({ passwordCredentials, keyCredentials, federatedCredentials = [] }: Application) => [
  ...passwordCredentials.map(one => ({
    keyId: one.keyId,
    type: 'secret' as const,
    name: one.displayName ?? '',
    hint: one.hint,
    starts: timeText(one.startAt),
    expires: timeText(one.endAt),
  })),
  ...keyCredentials.map(one => ({
    keyId: one.keyId,
    type: 'certificate' as const,
    name: one.displayName ?? '',
    thumbprint: Buffer.from(one.sha1, 'base64url').toString('hex').toUpperCase(),
    starts: timeText(one.startAt),
    expires: timeText(one.endAt),
  })),
  ...federatedCredentials.map(({ id, name, issuer, subject }) => ({ keyId: id, type: 'federated' as const, name, issuer, subject })),
]

/** One more secret, shown once; or one more certificate that it may sign its assertions with. Those that are there stay. */
export const addApplicationCredential = adminOperation({
  ...common,
  name: 'ApplicationCredentialAdd',
  path: '/applications/credentials',
  permissions: ['directory.write'],
  body: {
    json: z.strictObject({
      application,
      name: z.string().min(1, 'name is 1 to 120 characters').max(120, 'name is 1 to 120 characters').optional(),
      certificate: z.base64('certificate is DER in base64').max(65_536, 'certificate is 64 KiB at most').optional(),
      days: z.number().int().min(1, 'days is 1 to 730').max(730, 'days is 1 to 730').optional(),
    }),
  },
  async handle(context, call, { site, body, permit }) {
    const held = applicationNamed(context, call, { tenantId: site.runtime.tenantId, name: body.application })
    noteOf(call, held)
    const { appId, displayName } = held.value
    const about = { application: displayName, clientId: appId, name: body.name ?? 'keystead app credential add' }
    const wanted = { displayName: about.name, ...(body.days !== undefined && { endAt: call.at + body.days * day }) }
    if (body.certificate === undefined) {
      checkRoom(held.value.passwordCredentials)
      const { credential, secretText } = await addPassword(context, call, held, { endAt: call.at + 180 * day, ...wanted })
      call.details.set('keyId', credential.keyId)
      return json(201, { ...about, keyId: credential.keyId, type: 'secret', clientSecret: secretText, expires: timeText(credential.endAt) })
    }
    const before = held.value.keyCredentials.map(({ keyId }) => ({ keyId }))
    const keyCredentials = [...before, { ...wanted, key: Buffer.from(body.certificate, 'base64') }]
    const { value } = changeApplication(context, call, { permit: permit('directory.write'), application: held, change: { keyCredentials } })
    const made = shown(value).findLast(({ type }) => type === 'certificate')
    call.details.set('keyId', made?.keyId ?? '')
    return json(201, { ...about, ...made })
  },
})

/** Secrets, certificates and federated credentials of one application: nothing that signs in. */
export const listApplicationCredentials = adminOperation({
  ...common,
  name: 'ApplicationCredentialList',
  path: '/applications/credentials/list',
  permissions: ['directory.read'],
  body: { json: z.strictObject({ application }) },
  async handle(context, call, { site, body }) {
    const held = applicationNamed(context, call, { tenantId: site.runtime.tenantId, name: body.application })
    noteOf(call, held)
    return json(200, { application: held.value.displayName, clientId: held.value.appId, credentials: shown(held.value) })
  },
})

/** What it signed in with counts no more, from the next request on: tokens included. */
export const removeApplicationCredential = adminOperation({
  ...common,
  name: 'ApplicationCredentialRemove',
  path: '/applications/credentials/remove',
  permissions: ['directory.write'],
  body: { json: z.strictObject({ application, keyId: z.string().min(1, 'a credential has an id') }) },
  async handle(context, call, { site, body, permit }) {
    const held = applicationNamed(context, call, { tenantId: site.runtime.tenantId, name: body.application })
    noteOf(call, held)
    const { displayName: of, appId: clientId } = held.value
    const wanted = body.keyId.toLowerCase()
    const found = shown(held.value).find(({ keyId }) => keyId.toLowerCase() === wanted)
    if (found === undefined) throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: body.keyId.slice(0, 128) } })
    call.details.set('keyId', found.keyId)
    remove(context, call, { permit: permit('directory.write'), application: held, keyId: found.keyId })
    return json(200, { application: of, clientId, keyId: found.keyId, type: found.type, removed: true, at: timeText(millis(call.at)) })
  },
})

function remove(
  context: Parameters<typeof changeApplication>[0] & Parameters<typeof removeFederated>[0],
  call: Call,
  { permit, application: held, keyId }: Pick<Parameters<typeof removeFederated>[2], 'permit' | 'application'> & { readonly keyId: string },
): void {
  const { passwordCredentials, keyCredentials, federatedCredentials = [] } = held.value
  const others = <C extends { readonly keyId: string }>(all: readonly C[]) => all.filter(one => one.keyId !== keyId)
  const credential = federatedCredentials.find(({ id }) => id === keyId)
  if (credential !== undefined) removeFederated(context, call, { permit, application: held, credential })
  else
    changeApplication(context, call, {
      permit,
      application: held,
      change: {
        keyCredentials: others(keyCredentials).map(one => ({ keyId: one.keyId })),
        passwordKeyIds: others(passwordCredentials).map(one => one.keyId),
      },
    })
}
