import { textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'
import { packageVersion } from '#cli/package-version.ts'
import type { Run } from '#cli/command.ts'

export const run: Run = async ({ options }) => {
  const version = packageVersion()
  const { node, openssl, sqlite } = process.versions
  if (options['json'] === true) printJson({ version, node, openssl, sqlite })
  else print(`keystead ${version}  node ${node}  openssl ${openssl}  sqlite ${textOf(sqlite)}`)
  return exits.good
}
