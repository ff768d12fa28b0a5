import { dataDirGiven } from '#cli/admin.ts'
import { callerOf } from '#cli/caller.ts'
import { askCloud, listCloud } from '#cli/cloud-wire.ts'
import type { Run } from '#cli/command.ts'
import { userCalled } from '#cli/directory-object.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options, arguments: [name = ''] }) => {
  await using caller = await callerOf(dataDirGiven(options), options)
  const found = await userCalled(caller, name)
  const objectId = textOf(memberOf(found, 'id'))
  const select = 'id,accountEnabled,createdDateTime'
  const more = await askCloud(caller, { at: 'graph', method: 'GET', path: `/v1.0/users/${objectId}?$select=${select}` })
  const groups = await listCloud(caller, { at: 'graph', path: `/v1.0/users/${objectId}/memberOf` })
  const user = {
    name: textOf(memberOf(found, 'userPrincipalName')),
    displayName: textOf(memberOf(found, 'displayName')),
    objectId,
    enabled: memberOf(more, 'accountEnabled') === true,
    created: textOf(memberOf(more, 'createdDateTime')) || null,
    groups: groups.map(group => ({ name: textOf(memberOf(group, 'displayName')), objectId: textOf(memberOf(group, 'id')) })),
  }
  if (options['json'] === true) printJson(user)
  else {
    const within = user.groups.length === 0 ? '' : `  in ${user.groups.map(group => group.name).join(', ')}`
    print(`${user.enabled ? '✓' : '✗'} ${user.name}  ${user.displayName}  objectId ${user.objectId}${within}`)
  }
  return exits.good
}
