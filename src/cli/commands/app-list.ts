import { dataDirGiven } from '#cli/admin.ts'
import { callerOf } from '#cli/caller.ts'
import { askCloud, listCloud } from '#cli/cloud-wire.ts'
import type { Run } from '#cli/command.ts'
import { confirmed } from '#cli/confirmed.ts'
import { applicationCalled } from '#cli/directory-object.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { columns, exits, print, printJson } from '#cli/output.ts'

const shapeOf = (application: unknown) => {
  const of = (name: string): string => textOf(memberOf(application, name))
  const ends = listOf(memberOf(application, 'passwordCredentials')).map(one => textOf(memberOf(one, 'endDateTime')))
  return {
    name: of('displayName'),
    clientId: of('appId'),
    objectId: of('id'),
    created: of('createdDateTime') || null,
    secrets: ends.length,
    certificates: listOf(memberOf(application, 'keyCredentials')).length,
    /** The last secret's end. */
    expires: ends.toSorted().at(-1) ?? null,
  }
}

type Shape = ReturnType<typeof shapeOf>

const lineOf = ({ name, clientId, secrets, certificates, expires }: Shape): readonly string[] => [
  name,
  `clientId ${clientId}`,
  `${secrets} secrets, ${certificates} certificates`,
  expires === null ? '' : `${Date.parse(expires) <= Date.now() ? 'expired' : 'until'} ${expires.slice(0, 10)}`,
]

export const list: { readonly run: Run } = {
  async run({ options }) {
    await using caller = await callerOf(dataDirGiven(options), options)
    const found = (await listCloud(caller, { at: 'graph', path: '/v1.0/applications' })).map(shapeOf)
    if (options['json'] === true) printJson(found)
    else if (found.length > 0) print(columns(found.map(lineOf)))
    return exits.good
  },
}

export const show: { readonly run: Run } = {
  async run({ options, arguments: [name = ''] }) {
    await using caller = await callerOf(dataDirGiven(options), options)
    const found = shapeOf(await applicationCalled(caller, name))
    if (options['json'] === true) printJson(found)
    else print(lineOf(found).join('  '))
    return exits.good
  },
}

export const remove: { readonly run: Run } = {
  async run({ options, arguments: [name = ''] }) {
    await using caller = await callerOf(dataDirGiven(options), options)
    const found = shapeOf(await applicationCalled(caller, name))
    const because = [`${found.name} signs in no more, its tokens count no more; Graph restores it for 30 days`]
    await confirmed({ options, name, because, command: `keystead app delete ${name}` })
    await askCloud(caller, { at: 'graph', method: 'DELETE', path: `/v1.0/applications/${found.objectId}` })
    if (options['json'] === true) printJson({ ...found, deleted: true })
    else print(`${found.name}  clientId ${found.clientId}  deleted`)
    return exits.good
  },
}
