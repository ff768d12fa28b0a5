// Where the programs of other languages are: in the folder that .ci/clients fills, or on PATH.
import { execFile, spawnSync } from 'node:child_process'
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { refusalTold, secretsIn } from '#tests/left-behind/noted.ts'
import type { Ran } from '#tests/clients/instance.ts'

const home = process.env['KEYSTEAD_CLIENTS_DIR'] ?? join(homedir(), '.cache', 'keystead-clients')
const kept = ['ci', join('ci', 'toolchain'), join('ci', 'az'), join('ci', 'aws'), join('ci', 'python'), '', 'az', 'acceptance']
const folders = [...kept.map(name => join(home, name, 'bin')), ...(process.env['PATH'] ?? '').split(delimiter)]

/** A folder that `.ci/clients` filled. */
export const clientFolder = (name: string): string => join(home, 'ci', name)

/** The first of that name that passes its own check: a shim without its program behind it is none. */
export function findProgram(name: string, check: readonly string[]): string | undefined {
  return folders
    .map(folder => join(folder, name))
    .filter(path => existsSync(path))
    .find(path => spawnSync(path, check, { stdio: 'ignore', timeout: 120_000 }).status === 0)
}

/** The program at this path, where it is one that passes its check. */
export const programAt = (path: string, check: readonly string[]): string | undefined =>
  existsSync(path) && spawnSync(path, check, { stdio: 'ignore', timeout: 120_000 }).status === 0 ? path : undefined

/** Names that `.ci/clients` asked every registry for in vain when it ran last. */
const notToBeHad = (): readonly string[] => {
  const told = join(home, 'ci', 'not-to-be-had')
  return existsSync(told) ? readFileSync(told, 'utf8').split('\n') : []
}

/**
 * A machine without the program skips and says what is missing. Continuous integration must have it,
 * unless `.ci/clients`, which brings `clients`, was given none: that it says aloud, and the test too.
 */
export function testMissing(title: string, missing: string, clients: readonly string[] = []): void {
  const refused = clients.find(name => notToBeHad().includes(name))
  const why = [missing, ...(clients.length === 0 ? [] : [`.ci/clients ${clients.join(' ')} brings it`])].join(': ')
  const mayMiss = process.env['CI'] !== 'true' || refused !== undefined
  test(title, { skip: mayMiss && (refused === undefined ? why : `no registry gave ${refused}`) }, () => assert.fail(why))
}

/** Runs a program in surroundings of its own; never throws for its exit code. */
export async function ran(
  program: string,
  words: readonly string[],
  how: { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
): Promise<Ran> {
  const { promise, resolve } = Promise.withResolvers<Ran>()
  execFile(program, words, { ...how, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
    const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
    if (code !== 0) refusalTold(stderr)
    if (/^\s*[[{]/.test(stdout)) secretsIn(jsonOf(stdout))
    resolve({ code, stdout, stderr })
  })
  return promise
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
