import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { emptyTree, frontierBytes, grown, leafHash, rootOf, treeFrom } from './merkle.ts'
import { consistencyProof, consistent, includes, inclusionProof, rootOver } from './merkle-proofs.ts'

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text)

// certificate-transparency's own test vectors: leaves and the roots over the first one, two, … of them.
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(text =>
  leafHash(hex(text)),
)
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
].map(hex)

const someLeaves = fc.integer({ min: 1, max: 70 }).map(count => Array.from({ length: count }, (_, n) => leafHash(Uint8Array.of(n))))

describe('RFC 6962 2.1 tree', () => {
  test('the empty tree is the hash of nothing', () => {
    assert.equal(Buffer.from(rootOf(emptyTree)).toString('hex'), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })

  test('roots of certificate-transparency`s vectors', () => {
    let tree = emptyTree
    for (const [n, leaf] of leaves.entries()) {
      tree = grown(tree, leaf)
      assert.deepEqual(new Uint8Array(rootOf(tree)), roots[n])
    }
  })

  test('RFC 6962 2.1.1: inclusion of leaf 5 of 8, with the vector`s path', () => {
    const path = [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]
    assert.deepEqual(
      inclusionProof(leaves, 5).map(node => Buffer.from(node).toString('hex')),
      path,
    )
  })

  test('a kept frontier continues the tree, one of another size is none', () => {
    fc.assert(
      fc.property(someLeaves, all => {
        const tree = all.reduce(grown, emptyTree)
        const again = treeFrom(tree.size, frontierBytes(tree))
        assert(again)
        assert.deepEqual(rootOf(grown(again, all[0]!)), rootOf(grown(tree, all[0]!)))
        assert.equal(treeFrom(tree.size * 2 + 1, frontierBytes(tree)), undefined)
      }),
    )
  })

  test('every leaf proves its place, and no other', () => {
    fc.assert(
      fc.property(someLeaves, fc.nat(), (all, pick) => {
        const index = pick % all.length
        const claim = { leaf: all[index]!, index, size: all.length, root: rootOver(all) }
        const proof = inclusionProof(all, index)
        assert(includes(claim, proof))
        assert(!includes({ ...claim, leaf: leafHash(Uint8Array.of(255, 255)) }, proof))
        assert(!includes({ ...claim, index: claim.index + all.length }, proof))
        assert(!includes(claim, [...proof, claim.leaf]))
      }),
    )
  })

  test('every earlier tree proves that the later continues it, a changed one cannot', () => {
    fc.assert(
      fc.property(someLeaves, fc.nat(), (all, pick) => {
        const size = 1 + (pick % all.length)
        const from = { size, root: rootOver(all.slice(0, size)) }
        const to = { size: all.length, root: rootOver(all) }
        const proof = consistencyProof(all, size)
        assert(consistent({ from, to }, proof))
        const changed = rootOver([leafHash(Uint8Array.of(9, 9)), ...all.slice(1)])
        assert(!consistent({ from, to: { ...to, root: changed } }, proof))
        assert(!consistent({ from: { ...from, root: changed }, to }, proof))
        assert(!consistent({ from, to }, [...proof, changed]))
      }),
    )
  })
})
