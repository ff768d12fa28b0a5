import { Problem } from '#model/problem.ts'
import { permissionRow, permissions, type Permission } from './permissions.ts'

const isPermission = (name: string): name is Permission => Object.hasOwn(permissions, name)

/** A permission by its own name (`key.sign`), by Azure's action in full, by the action's end: `keys/sign`, `keys/sign/action`, or by the word of access policies: `secrets/get`. Raises `InvalidParameter`. */
export function permissionNamed(word: string): Permission {
  const wanted = word.toLowerCase()
  const names = Object.keys(permissions).filter(isPermission)
  const byName = names.find(name => name.toLowerCase() === wanted)
  if (byName !== undefined) return byName
  const ends = names.filter(name => {
    const azure = permissionRow(name).azure?.toLowerCase()
    return azure !== undefined && (azure === wanted || azure.endsWith(`/${wanted}`) || azure.endsWith(`/${wanted}/action`))
  })
  // keys/read is several permissions of one action; vaults/keys/read the same end on the other plane: who says keys/… means the data plane.
  const found = ends.find(name => permissionRow(name).data === true) ?? ends[0]
  if (found !== undefined) return found
  const byPolicy = names.find(name => permissionRow(name).policies?.toLowerCase().split(' ').slice(0, 2).join('/') === wanted)
  if (byPolicy !== undefined) return byPolicy
  throw new Problem({
    code: 'InvalidParameter',
    details: {
      name: 'action',
      message: 'No permission has that name; try keys/sign, or an action such as Microsoft.KeyVault/vaults/read.',
    },
  })
}
