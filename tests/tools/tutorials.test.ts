// The tutorials, typed as they stand: every block of a page into one bash, what it prints compared, what is marked refused refused.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { behindInstance } from '#tests/clients/behind.ts'
import type { Instance } from '#tests/clients/instance.ts'
import { recordCalls, replayCalls } from './recorded-calls.ts'
import { clientFolder, findProgram, ran, testMissing } from './programs.ts'

const project = join(import.meta.dirname, '..', '..')
/** Each with the programs that it types. */
const pages: Readonly<Record<string, readonly (keyof typeof programs)[]>> = {
  developer: ['az'],
  saas: ['az'],
  'security-officer': ['az'],
  'secrets-in-git': ['aws', 'az', 'sops'],
  'terraform-aws': ['aws', 'terraform', 'awsprovider'],
}
const mirror = clientFolder('plugins')
const provider = join(mirror, 'registry.terraform.io', 'hashicorp', 'aws')
const programs = {
  az: findProgram('az', ['version']),
  aws: findProgram('aws', ['--version']),
  sops: findProgram('sops', ['--version', '--disable-version-check']),
  terraform: findProgram('terraform', ['version']),
  awsprovider: existsSync(provider) ? provider : undefined,
}
testTutorials(await behindInstance(import.meta.filename))

interface Block {
  readonly code: string
  /** What standard error says where it is meant to fail. */
  readonly refused: string | undefined
  /** What standard output is, with `…` for what differs from run to run. */
  readonly printed: string | undefined
}

function blocksOf(page: string): readonly Block[] {
  const found = [...page.matchAll(/^```(\w+)(?: refused (\S+))?\n(.*?)^```$/gms)].map(([, language, refused, text = '']) => ({
    language,
    refused,
    text,
  }))
  return found.flatMap(({ language, refused, text }, index) => {
    const next = found[index + 1]
    return language === 'sh' ? [{ code: text, refused, printed: next?.language === 'text' ? next.text : undefined }] : []
  })
}

/** One bash, in which what a block leaves is there for the next; each says where it is before it begins. */
function scriptOf(blocks: readonly Block[], dir: string): string {
  const parts = blocks.map(({ code, refused }, index) => {
    const to = `>'${join(dir, `${index}.out`)}' 2>'${join(dir, `${index}.err`)}'`
    const asked = refused === undefined ? `{\n${code}} ${to}` : `if (\n${code}) ${to}; then exit 99; fi`
    return `echo ${index} >'${join(dir, 'at')}'\n${asked}`
  })
  return ['set -euo pipefail', ...parts, `echo end >'${join(dir, 'at')}'`].join('\n')
}

const pattern = (text: string): RegExp =>
  new RegExp(
    `^${text
      .split('…')
      .map(each => RegExp.escape(each))
      .join('.+')}$`,
  )

function testTutorials(instance: Instance): void {
  const config = join(instance.dir, 'terraform.rc')
  writeFileSync(config, `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\ndisable_checkpoint = true\n`)
  const env = {
    ...process.env,
    PATH: [
      ...new Set(Object.values(programs).flatMap(program => (program === undefined ? [] : [dirname(program)]))),
      process.env['PATH'],
    ].join(delimiter),
    TF_CLI_CONFIG_FILE: config,
    TF_IN_AUTOMATION: '1',
    KEYSTEAD_DATA: instance.data,
    XDG_STATE_HOME: join(instance.dir, 'state'),
    TMPDIR: instance.dir,
  }

  describe('a tutorial', { concurrency: 1, timeout: 900_000 }, () => {
    for (const [page, needed] of Object.entries(pages)) {
      const missing = needed.filter(name => programs[name] === undefined)
      if (missing.join(' ') === 'awsprovider') {
        test(`docs/tutorials/${page}.md, replayed: this machine has no Terraform provider for AWS`, async context => {
          context.diagnostic(`replayed ${await replayCalls(instance)} calls`)
        })
        continue
      }
      if (missing.length > 0) {
        testMissing(`docs/tutorials/${page}.md`, `no ${missing.join(', ')}`, missing)
        continue
      }
      test(`docs/tutorials/${page}.md does what it says`, async () => {
        const dir = mkdtempSync(join(instance.dir, `${page}-`))
        const blocks = blocksOf(readFileSync(join(project, 'docs', 'tutorials', `${page}.md`), 'utf8'))
        assert(blocks.length > 5)
        writeFileSync(join(dir, 'script'), scriptOf(blocks, dir))
        const { code } = await ran('bash', [join(dir, 'script')], { env, cwd: project })
        const kept = (name: string): string => readFileSync(join(dir, name), 'utf8')
        const at = kept('at').trim()
        const why = code === 99 ? 'was done, but is marked refused' : `ended with ${code}`
        assert.equal(at, 'end', at === 'end' ? '' : `${why}:\n${blocks[Number(at)]?.code}${kept(`${at}.err`)}${kept(`${at}.out`)}`)
        for (const [index, { code: typed, refused, printed }] of blocks.entries()) {
          if (refused !== undefined)
            assert(kept(`${index}.err`).includes(refused), `${typed}was refused otherwise:\n${kept(`${index}.err`)}`)
          if (printed !== undefined) assert.match(kept(`${index}.out`), pattern(printed), typed)
        }
        if (needed.includes('awsprovider') && process.env['CLIENT_PAGES'] === 'write') await recordCalls(instance)
      })
    }
  })
}
