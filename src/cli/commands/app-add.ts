import { ask, dataDirGiven } from '#cli/admin.ts'
import { callerOf, type Caller } from '#cli/caller.ts'
import { askCloud } from '#cli/cloud-wire.ts'
import { applicationCalled } from '#cli/directory-object.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'
import { giveRole, pairOf, roleWanted, type WantedRole } from '#cli/role-given.ts'
import { text, type Invocation, type Run } from '#cli/command.ts'

interface Made {
  readonly clientId: string
  readonly clientSecret: string
  readonly objectId: string
  readonly expires: string
}

/** The role is given at ARM, by the caller's own right to give it: the admin socket gives none. */
export const run: Run = async ({ options, arguments: [name = ''] }) => {
  const pair = pairOf(text(options['role']), text(options['scope']))
  if (pair === undefined) return told(options, name, { made: await added(options, name) })
  await using caller = await callerOf(dataDirGiven(options), options)
  // Before anything is made: a role or a place that is not there leaves nothing behind.
  const given = await roleWanted(caller, pair)
  const made = await added(options, name)
  try {
    await giveRole(caller, given, made.objectId)
  } catch (error) {
    await removed(caller, made)
    throw error
  }
  return told(options, name, { made, given })
}

async function added(options: Invocation['options'], name: string): Promise<Made> {
  const days = text(options['days'])
  if (days !== undefined && !/^\d{1,3}$/.test(days))
    throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: '--days is a number from 1 to 730.' })
  const body = { name, ...(days !== undefined && { days: Number(days) }) }
  const made = await ask(dataDirGiven(options), { method: 'POST', path: '/applications', body })
  const of = (member: string): string => textOf(memberOf(made, member))
  return {
    clientId: of('clientId'),
    clientSecret: of('clientSecret'),
    objectId: of('objectId'),
    expires: new Date(Number(memberOf(made, 'expiresAt'))).toISOString(),
  }
}

/** Whoever may not give roles may not delete applications either, often: then it is said that one is left. */
async function removed(caller: Caller, { clientId }: Made): Promise<void> {
  try {
    const id = textOf(memberOf(await applicationCalled(caller, clientId), 'id'))
    await askCloud(caller, { at: 'graph', method: 'DELETE', path: `/v1.0/applications/${id}` })
  } catch {
    note(`keystead: the application ${clientId} is there, without the role: keystead app delete ${clientId}`)
  }
}

function told(options: Invocation['options'], name: string, { made, given }: { readonly made: Made; readonly given?: WantedRole }): number {
  const { clientId, clientSecret, objectId, expires } = made
  if (options['json'] === true) printJson({ ...made, ...(given !== undefined && { role: given.role, scope: given.scope }) })
  else {
    print(`${name}  clientId ${clientId}  objectId ${objectId}  secret ${clientSecret}  expires ${expires.slice(0, 10)}`)
    if (given !== undefined) print(`${given.role} at ${given.scope}`)
    note('the secret is shown this once')
  }
  return exits.good
}
