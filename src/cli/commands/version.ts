import { readFileSync } from 'node:fs'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'
import type { Run } from '#cli/command.ts'

export const run: Run = async ({ options }) => {
  const manifest: unknown = JSON.parse(readFileSync(new URL(import.meta.resolve('#package')), 'utf8'))
  const version = textOf(memberOf(manifest, 'version'))
  const { node, openssl, sqlite } = process.versions
  if (options['json'] === true) printJson({ version, node, openssl, sqlite })
  else print(`keystead ${version}  node ${node}  openssl ${openssl}  sqlite ${textOf(sqlite)}`)
  return exits.good
}
