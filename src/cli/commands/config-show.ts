import { homedir } from 'node:os'
import { readConfig, saidSettings, type Surroundings } from '#config'
import { text, type Run } from '#cli/command.ts'
import { readConfigFile } from '#cli/config-file.ts'
import { columns, CommandFailed, exits, print, printJson } from '#cli/output.ts'

const here = () => ({ cwd: process.cwd(), home: homedir() })

/** What `start` would be told here: by which variable or line. Nothing of it is secret, for secrets are named by their files. */
export const show: { readonly run: Run } = {
  async run({ options }) {
    const at = here()
    const file = await readConfigFile(text(options['config']) ?? text(process.env['KEYSTEAD_CONFIG']), at)
    const from: Surroundings = { flags: {}, env: process.env, ...at, file }
    refuseWrong(from)
    const said = saidSettings(from)
    if (options['json'] === true)
      printJson({ file: file?.path ?? null, settings: said.map(({ name, value, where }) => ({ name, value, origin: where })) })
    else if (said.length === 0) print('nothing is said: the defaults hold')
    else print(columns(said.map(({ name, value, where }) => (options['origin'] === true ? [name, value, where] : [name, value]))))
    return exits.good
  },
}

/** Would `start` take this file? Nothing is started. */
export const check: { readonly run: Run } = {
  async run({ options, arguments: [path = ''] }) {
    const at = here()
    const file = await readConfigFile(path, at)
    refuseWrong({ flags: {}, env: {}, ...at, file })
    const count = Object.keys(file?.values ?? {}).length
    if (options['json'] === true) printJson({ ok: true, file: file?.path, settings: count })
    else print(`✓ ${file?.path ?? path}: ${count} settings`)
    return exits.good
  },
}

function refuseWrong(from: Surroundings): void {
  const reading = readConfig(from)
  if (!reading.ok) throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: reading.problems.join('; ') })
}
