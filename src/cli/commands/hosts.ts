import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { ask, dataDirGiven } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { linesOf, withBlock, withoutBlock, type HostsBlock } from '#cli/hosts-block.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'

type Options = Readonly<Record<string, unknown>>

/** Names without the proxy: hosts lines, one block an instance; and how the system comes to trust the root (people.md 0.4). */
export const run: Run = async ({ options }) => {
  const dataDir = dataDirGiven(options)
  const environment = await ask(dataDir, { method: 'GET', path: '/environment' })
  if (options['trust'] === true) return tellTrust(textOf(memberOf(environment, 'caFile')), options)
  const block = await blockOf(dataDir, environment)
  if (options['write'] === true || options['remove'] === true) return change(block, options)
  if (options['json'] === true) printJson({ ...block, port: memberOf(environment, 'port') })
  else {
    print(linesOf(block))
    note(`These names are served at port ${textOf(memberOf(environment, 'port'))}: it stands in the URLs, unless a proxy is set.`)
  }
  return exits.good
}

async function blockOf(dataDir: string, environment: unknown): Promise<HostsBlock> {
  const domain = textOf(memberOf(environment, 'domain'))
  const vaults = listOf(memberOf(await ask(dataDir, { method: 'POST', path: '/vaults/list', body: { deleted: false } }), 'vaults'))
  const named = vaults.map(vault => `${textOf(memberOf(vault, 'name')).toLowerCase()}.vault.${domain}`)
  const region = textOf(memberOf(environment, 'region'))
  const fixed = ['', 'login.', 'management.', 'graph.', 'aws.', ...['kms', 'sts', 's3', 'ec2'].map(service => `${service}.${region}.`)]
  return { domain, names: [...fixed.map(label => `${label}${domain}`), ...named] }
}

function change(block: HostsBlock, options: Options): number {
  const file = text(options['file']) ?? '/etc/hosts'
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const after = options['write'] === true ? withBlock(before, block) : withoutBlock(before, block.domain)
  if (after === undefined)
    throw new CommandFailed({
      exit: exits.conflict,
      code: 'Conflict',
      message: `${file} has the beginning of a block and no end: nothing was changed.`,
      next: [`remove the line that ends in "${block.domain}: begin", and what belongs to it`],
    })
  written(file, after)
  const count = options['write'] === true ? block.names.length : 0
  if (options['json'] === true) printJson({ file, names: count, changed: after !== before })
  else print(options['write'] === true ? `${count} names in ${file}` : `${file} names nothing of ${block.domain}`)
  return exits.good
}

/** In place: /etc/hosts of a container is a mount, which no other file can take the place of. */
function written(file: string, content: string): void {
  try {
    writeFileSync(file, content)
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && (cause.code === 'EACCES' || cause.code === 'EROFS' || cause.code === 'EPERM')))
      throw cause
    throw new CommandFailed({
      exit: exits.denied,
      code: 'NotWritable',
      message: `${file} may not be written by this user; nothing was changed.`,
      because: cause.code,
      next: ['keystead hosts | sudo tee -a /etc/hosts', `keystead hosts --write --file FILE`],
    })
  }
}

/** The store of the system is changed by its owner, with his own command. */
function tellTrust(caFile: string, options: Options): number {
  const quoted = `'${caFile.replaceAll("'", String.raw`'\''`)}'`
  const commands =
    process.platform === 'darwin'
      ? [`sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${quoted}`]
      : existsSync('/etc/pki/ca-trust/source/anchors')
        ? [`sudo cp ${quoted} /etc/pki/ca-trust/source/anchors/keystead.pem`, 'sudo update-ca-trust']
        : [`sudo cp ${quoted} /usr/local/share/ca-certificates/keystead.crt`, 'sudo update-ca-certificates']
  if (options['json'] === true) printJson({ caFile, commands })
  else for (const command of commands) print(command)
  note(
    'It trusts the root for every user of this machine. What it signs is bound to the domain and to loopback; keystead env needs none of it.',
  )
  return exits.good
}
