// The repository as data: who may import whom, how large a file may be, what a folder is called (ARCHITECTURE.md).
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, test } from 'node:test'

const layers: Readonly<Record<string, readonly string[]>> = {
  crypto: ['crypto'],
  model: ['model', 'crypto'],
  ports: ['ports', 'model', 'crypto'],
  domain: ['domain', 'ports', 'model', 'crypto'],
  adapters: ['adapters', 'ports', 'model', 'crypto'],
  protocols: ['protocols', 'domain', 'ports', 'model', 'crypto'],
  cli: ['cli', 'model', 'adapters', 'compose', 'config', 'package', 'protocols'],
  compose: ['compose', 'cli', 'adapters', 'protocols', 'domain', 'ports', 'model', 'crypto', 'config', 'package'],
}
/** Folders of protocols that every wire may import: the kits. */
const kits = new Set(['http', 'azure', 'aws'])
/** What the domain may import of packages: schemas of its record families. */
const packagesOf: Readonly<Record<string, readonly string[]>> = { crypto: [], model: ['zod'], ports: [], domain: ['zod'] }

const sources = globSync('src/**/*.ts').filter(file => !/\.(?:test|contract)\.ts$|src\/domain\/testing\.ts$/.test(file))
const importsOf = (text: string): readonly string[] =>
  [...text.matchAll(/(?:^(?:import|export|\}) .*?from |^import |await import\()'([^']+)'/gm)].map(match => match[1] ?? '')

describe('the layers', () => {
  for (const file of sources) {
    test(`${file} imports what its layer may`, () => {
      const text = readFileSync(file, 'utf8')
      const [, layer = '', folder = ''] = file.split('/')
      for (const name of importsOf(text)) {
        assert(!name.startsWith('..'), `${name}: two spellings only, ./thing.ts and #layer/folder/thing.ts`)
        if (name.startsWith('#') && layers[layer] !== undefined) assertLayer({ layer, folder }, name)
        else if (!name.startsWith('.') && !name.startsWith('node:') && !name.startsWith('#') && packagesOf[layer] !== undefined)
          assert(packagesOf[layer].includes(name), `${layer} imports the package ${name}`)
      }
    })
  }
})

function assertLayer(from: { layer: string; folder: string }, name: string): void {
  const [target = '', folder = ''] = name.slice(1).split('/')
  assert(layers[from.layer]?.includes(target) === true, `${from.layer} may not import ${name}`)
  if (from.layer === 'protocols' && target === 'protocols')
    assert(kits.has(folder) || folder === from.folder, `one wire imports another: ${name}`)
}

describe('the imports', () => {
  test('make no circle, types included', () => {
    const arrows = new Map(sources.map(file => [file, importsOf(readFileSync(file, 'utf8')).flatMap(name => targetOf(file, name))]))
    const done = new Set<string>()
    const visit = (file: string, above: readonly string[]): void => {
      assert(!above.includes(file), `a circle: ${[...above.slice(above.indexOf(file)), file].join(' → ')}`)
      if (done.has(file)) return
      for (const next of arrows.get(file) ?? []) visit(next, [...above, file])
      done.add(file)
    }
    for (const file of sources) visit(file, [])
  })
})

function targetOf(file: string, name: string): readonly string[] {
  if (name.startsWith('./')) return [join(dirname(file), name)]
  return name.startsWith('#') && name.includes('/') ? [`src/${name.slice(1)}`] : []
}

describe('the files', () => {
  for (const file of sources) {
    test(`${file} is small and named for what it holds`, () => {
      const text = readFileSync(file, 'utf8')
      assert(text.split('\n').length <= 301, 'over 300 lines')
      assert(!/(?:util|helper|misc|common|manager)/i.test(file), 'a name that says nothing')
      assert(!/\b(?:TODO|FIXME|XXX)\b/.test(text), 'unfinished work without an issue')
      assert(!/NODE_TLS_REJECT_UNAUTHORIZED|rejectUnauthorized: false|verify=False/.test(text), 'a weakened check')
    })
  }
})

describe('the map', () => {
  test('every folder under src has its caption in ARCHITECTURE.md', () => {
    const map = readFileSync('ARCHITECTURE.md', 'utf8')
    const folders = new Set(sources.map(file => dirname(file)).filter(folder => folder !== 'src'))
    const missing = [...folders].filter(folder => !map.includes(`\`${folder.replace(/^src\//, '')}/\``))
    assert.deepEqual(missing, [])
  })

  test('every operation is in the list of its wire', () => {
    for (const file of globSync('src/protocols/*/operations/*.ts').filter(one => !/(?:index|-operations|\.test)\.ts$/.test(one))) {
      const lists = globSync(`${dirname(file)}/{index,*-operations}.ts`).map(list => readFileSync(list, 'utf8'))
      assert(
        lists.some(list => list.includes(`'./${basename(file)}'`)),
        `${file} is mounted nowhere`,
      )
    }
  })

  test('every wire has the shape of a wire', () => {
    const wires = globSync('src/protocols/*/operations/index.ts').map(file => dirname(dirname(file)))
    for (const wire of wires) {
      const files = new Set(globSync(`${wire}/*`).map(file => basename(file)))
      for (const needed of ['README.md', 'index.ts', 'problems.ts']) assert(files.has(needed), `${wire} has no ${needed}`)
    }
  })
})
