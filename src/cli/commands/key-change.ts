import { dataDirGiven } from '#cli/admin.ts'
import { callerOf } from '#cli/caller.ts'
import type { Invocation, Run } from '#cli/command.ts'
import { confirmed } from '#cli/confirmed.ts'
import { impactLines, impactOf, isHarmless } from '#cli/impact-text.ts'
import { keyLine, shownKey } from '#cli/key-shape.ts'
import { objectNamed, type ObjectName } from '#cli/object-name.ts'
import { exits, print, printJson } from '#cli/output.ts'
import { askVault } from '#cli/vault-wire.ts'

async function change(
  { options }: Invocation,
  on: ObjectName,
  asked: { readonly method: 'POST' | 'PATCH'; readonly path: string; readonly body: unknown; readonly action: string },
): Promise<number> {
  await using caller = await callerOf(dataDirGiven(options), options)
  const shown = shownKey(await askVault(caller, { ...asked, on }), on.shown)
  if (options['json'] === true) printJson(shown)
  else print(keyLine(shown))
  return exits.good
}

const switched =
  (enabled: boolean): Run =>
  async invocation => {
    const on = objectNamed(invocation.arguments[0] ?? '', 'keys')
    if (!enabled) await confirmDisabling(invocation, on)
    const body = { attributes: { enabled } }
    return change(invocation, on, { method: 'PATCH', path: on.path, body, action: 'key.update' })
  }

/** What nobody uses is switched off without more ado. */
async function confirmDisabling({ options, arguments: [named = ''] }: Invocation, on: ObjectName): Promise<void> {
  const impact = await impactOf(dataDirGiven(options), { key: named, action: 'disable' })
  if (isHarmless(impact)) return
  await confirmed({ options, name: on.shown, because: impactLines(impact), command: `keystead key disable ${named}` })
}

export const rotate: { readonly run: Run } = {
  async run(invocation) {
    const on = objectNamed(invocation.arguments[0] ?? '', 'keys')
    return change(invocation, on, { method: 'POST', path: `/keys/${on.name}/rotate`, body: {}, action: 'key.rotate' })
  },
}
export const enable: { readonly run: Run } = { run: switched(true) }
export const disable: { readonly run: Run } = { run: switched(false) }
