// Prints docs/permissions.md from the code: what each operation asks for, and who has it. `node tests/permissions/page.ts [--check]`
import { readFileSync, writeFileSync } from 'node:fs'
import { builtInRoles } from '#domain/access/built-in-roles.ts'
import { permissionRow, type Permission } from '#domain/access/permissions.ts'
import { entryMatch } from '#domain/access/role-definition.ts'
import { rowsFor } from '#domain/access/weigh.ts'
import { armProtocol } from '#protocols/arm/index.ts'
import { keyVaultProtocol } from '#protocols/keyvault/index.ts'

interface Row {
  readonly name: string
  readonly request: string
  readonly permission: Permission
}

type Listed = ReturnType<typeof armProtocol>['operations'] | ReturnType<typeof keyVaultProtocol>['operations']

const rowsOf = (operations: Listed): readonly Row[] =>
  operations.flatMap(({ name, method, path, permissions }) =>
    typeof permissions === 'string' ? [] : permissions.map(permission => ({ name, request: `${method} ${shortened(path)}`, permission })),
  )

const shortened = (path: string): string =>
  path
    .replace('/subscriptions/{subscriptionId}', '{s}')
    .replace('/resourceGroups/{group}', '{g}')
    .replace(/\/providers\/Microsoft\.(?:KeyVault|Compute|ManagedIdentity|Network)/, '…')
    .replace('/{scope*}/providers/Microsoft.Authorization', '{scope}…')

/** Roles that give it, whatever their conditions say. */
const givers = (permission: Permission): readonly string[] =>
  builtInRoles
    .filter(role =>
      role.permissions.some(entry => {
        const matches = entryMatch(entry)
        return rowsFor(permission).some(({ azure, data }) => azure !== undefined && matches(azure, data ?? false))
      }),
    )
    .map(role => (role.permissions.some(entry => entry.condition !== undefined) ? `${role.roleName}*` : role.roleName))

const line = ({ name, request, permission }: Row): string => {
  const { azure = '', policies } = permissionRow(permission)
  const cells = [
    name,
    `\`${request}\``,
    azure.replace(/^Microsoft\./, ''),
    ...(policies === undefined ? [] : [policies]),
    givers(permission).join(', '),
  ]
  return `| ${cells.join(' | ')} |`
}

const dataRows = rowsOf(keyVaultProtocol('keystead.test').operations)
const controlRows = rowsOf(armProtocol('keystead.test').operations)

export const permissionsPage = `# Permissions

What each operation asks for, and which built-in roles give it. Printed from the code by \`node tests/permissions/page.ts\`; that the code agrees with
the published roles is tested against a table of its own (\`tests/permissions/\`), and that it judges as the reference says, on random cases against a slow
model: 1,000,000 of them agreed on 2026-11-25 (\`KEYSTEAD_CASES=1000000 KEYSTEAD_SEED=20261125 node --test tests/random-access.test.ts\`). \`Microsoft.\` is left out in front of actions. A role marked \`*\` gives it under
its condition. A role counts at the scope where it is given and below it. Public operations, and lists that show each caller what it may read, are not here.

## The data of a vault
Data actions count where the vault goes by RBAC, the words of its access policies where it does not; never both. \`all\` of a kind is every word but purge.
Reading a key carries encrypting, wrapping and verifying with its public half.

| Operation | Request | Data action | Access policy | Roles |
|---|---|---|---|---|
${dataRows.map(line).join('\n')}

## Management
| Operation | Request | Action | Roles |
|---|---|---|---|
${controlRows.map(line).join('\n')}
`

if (import.meta.main) {
  const file = new URL('../../docs/permissions.md', import.meta.url)
  if (process.argv.includes('--check')) process.exitCode = readFileSync(file, 'utf8') === permissionsPage ? 0 : 1
  else writeFileSync(file, permissionsPage)
}
