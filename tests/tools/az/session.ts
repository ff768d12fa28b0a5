// az as somebody: each who has a profile of its own (AZURE_CONFIG_DIR), and every command is told on the page.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Application } from '#tests/clients/azure.ts'
import { vaultId } from '#tests/clients/azure.ts'
import type { Instance } from '#tests/clients/instance.ts'
import { clientPage, type Page } from '#tests/tools/page.ts'
import { ran } from '#tests/tools/programs.ts'

export interface Az {
  readonly instance: Instance
  readonly page: Page
  /** A resource group, and a vault in it that goes by RBAC: its administrator is who is signed in. */
  readonly group: string
  readonly vault: string
  /** Succeeds; what it printed, as JSON. */
  run(...words: readonly string[]): Promise<unknown>
  /** The same, read by a schema. */
  read<T>(shape: z.ZodType<T>, ...words: readonly string[]): Promise<T>
  /** Fails with that, and with nothing else. */
  refused(by: RegExp, ...words: readonly string[]): Promise<void>
  /** A role, for an application or a managed identity where no type is said. */
  give(role: string, to: { readonly id: string; readonly type?: 'Group' | 'User' }, scope: string): Promise<void>
  /** A file or folder of this session. */
  path(name: string): string
  /** az with another profile: nobody is signed in there at first. */
  as(who: string): Az
  /** Not to be told. */
  hide(text: string, word: string): void
}

export const named = z.looseObject({ id: z.string(), name: z.string() })
export const listed = z.array(z.looseObject({}))
export type { Application }

export function azSession(program: string, instance: Instance): Az {
  const masks: [string, string][] = [
    [instance.dir, '.'],
    [instance.environment.administrator.clientSecret, 'SECRET'],
    [instance.environment.subscriptionId, 'SUB'],
    [instance.environment.tenantId, 'TENANT'],
  ]
  const page = clientPage(instance, {
    file: 'az.md',
    title: 'az',
    lead: 'az 2.91.0 (PyPI `azure-cli`), with the surroundings of `keystead env`. Where somebody else than the administrator typed it, it is said.',
    masks,
  })
  const as = (who: string): Az => {
    const config = join(instance.dir, `az-${who}`)
    mkdirSync(config, { recursive: true })
    const surroundings = { env: { ...process.env, AZURE_CONFIG_DIR: config }, cwd: instance.dir }
    const by = who === 'administrator' ? {} : { by: who }
    const told = async (words: readonly string[], refusal?: RegExp): Promise<string> => {
      const done = async () => ran(program, [...words, '--output', 'json'], surroundings)
      return (await page.ran(`az ${words.map(quoted).join(' ')}`, done, { ...by, ...(refusal !== undefined && { refusal }) })).stdout
    }
    const az: Az = {
      instance,
      page,
      group: 'az',
      vault: 'kv-az',
      async run(...words) {
        const stdout = await told(words)
        const printed: unknown = stdout.trim() === '' ? undefined : JSON.parse(stdout)
        return printed
      },
      async read(shape, ...words) {
        const found = shape.safeParse(await az.run(...words))
        assert(found.success, `az ${words.join(' ')}: ${found.error?.message}`)
        return found.data
      },
      async refused(refusal, ...words) {
        await told(words, refusal)
      },
      async give(role, { id, type = 'ServicePrincipal' }, scope) {
        const to = ['--assignee-object-id', id, '--assignee-principal-type', type]
        await az.run('role', 'assignment', 'create', ...to, '--role', role, '--scope', scope)
      },
      path: name => join(instance.dir, name),
      as,
      hide: (text, word) => masks.unshift([text, word]),
    }
    return az
  }
  return as('administrator')
}

export const vaultOf = ({ instance, group, vault }: Az): string => vaultId(instance.environment, group, vault)

/** As one would type it. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)
