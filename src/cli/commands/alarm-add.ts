import { readFileSync } from 'node:fs'
import { ask, dataDirOf } from '#cli/admin.ts'
import { durationMs } from '#cli/audit-rows.ts'
import { text, texts, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'

const usual = { within: '5m' } as const

export const run: Run = async ({ options, arguments: [name = ''] }) => {
  const data = text(options['data'])
  const made = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'POST', path: '/alarms', body: bodyOf(name, options) })
  if (options['json'] === true) printJson(made)
  else {
    const secret = textOf(memberOf(made, 'secret'))
    print([name, ...texts(options['event']), textOf(memberOf(made, 'webhook')), secret].filter(part => part !== '').join('  '))
    if (secret !== '') note('the secret is shown this once')
  }
  return exits.good
}

function bodyOf(name: string, options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const moreThan = text(options['deniedMoreThan'])
  const url = text(options['webhook'])
  const caFile = text(options['webhookCa'])
  if (moreThan !== undefined && !/^\d{1,5}$/.test(moreThan)) throw usage('--denied-more-than is a number.')
  return {
    name,
    events: texts(options['event']),
    resources: texts(options['resource']),
    exceptPrincipals: texts(options['exceptPrincipal']),
    ...(moreThan !== undefined && {
      denied: { moreThan: Number(moreThan), withinSeconds: durationMs('--within', text(options['within']) ?? usual.within) / 1_000 },
    }),
    ...(url !== undefined && { webhook: { url, ...(caFile !== undefined && { ca: certificateIn(caFile) }) } }),
  }
}

function certificateIn(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw usage(`--webhook-ca: ${file} cannot be read.`)
  }
}

const usage = (message: string): CommandFailed => new CommandFailed({ exit: exits.usage, code: 'Usage', message })
