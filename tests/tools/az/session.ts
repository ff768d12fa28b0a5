// az as somebody: each who has a profile of its own (AZURE_CONFIG_DIR), and every command is told on the page.
import assert from 'node:assert/strict'
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { z } from 'zod'
import type { Application } from '#tests/clients/azure.ts'
import { vaultId } from '#tests/clients/azure.ts'
import type { Instance, Ran } from '#tests/clients/instance.ts'
import { secret } from '#tests/left-behind/noted.ts'
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
  /** az with another profile, where nobody is signed in at first, and variables of its own. */
  as(who: string, variables?: Readonly<Record<string, string>>): Az
  /** As `run`, and once standard error says that, `then` is called with what it says. */
  listening(says: RegExp, then: (what: string) => Promise<void>, words: readonly string[]): Promise<void>
  /** Not to be told. */
  hide(text: string, word: string): void
}

/** What follows them is not to be found again. */
const secretOptions: ReadonlySet<string> = new Set(['--password', '--value'])

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
  const as = (who: string, variables: Readonly<Record<string, string>> = {}): Az => {
    const config = join(instance.dir, `az-${who}`)
    mkdirSync(config, { recursive: true })
    const surroundings = { env: { ...process.env, ...variables, AZURE_CONFIG_DIR: config }, cwd: instance.dir }
    const by = who === 'administrator' ? {} : { by: who }
    const told = async (words: readonly string[], refusal?: RegExp): Promise<string> => {
      for (const [at, word] of words.entries()) if (secretOptions.has(word)) secret('a word to az', words[at + 1] ?? '')
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
      async listening(says, then, words) {
        const done = async () => heard(spawn(program, [...words, '--output', 'none'], surroundings), says, then)
        await page.ran(`az ${words.map(quoted).join(' ')}`, done, { ...by, calls: 'as a set' })
      },
      path: name => join(instance.dir, name),
      as,
      hide: (text, word) => masks.unshift([text, word]),
    }
    return az
  }
  return as('administrator')
}

async function heard(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
  says: RegExp,
  then: (what: string) => Promise<void>,
): Promise<Ran> {
  const told = { stdout: '', stderr: '' }
  let meanwhile: Promise<void> | undefined
  child.stdout.on('data', (text: Buffer) => (told.stdout += text.toString()))
  child.stderr.on('data', (text: Buffer) => {
    told.stderr += text.toString()
    const [, what] = says.exec(told.stderr) ?? []
    if (what !== undefined) meanwhile ??= then(what)
  })
  await once(child, 'exit')
  await meanwhile
  return { code: child.exitCode ?? -1, ...told }
}

export const vaultOf = ({ instance, group, vault }: Az): string => vaultId(instance.environment, group, vault)

/** As one would type it. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)
