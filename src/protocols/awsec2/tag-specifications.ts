import type { Volume } from '#domain/volumes/records.ts'
import { invalidVolume } from '#domain/volumes/volume-types.ts'
import { list, optional, structure, text } from '#protocols/aws/schemas.ts'
import type { Shaped } from '#protocols/aws/shape.ts'

export const tag = structure({ Key: optional(text({ max: 128 })), Value: optional(text({ max: 256 })) })

/** Tags that what is made is to have from the start. */
export const tagSpecifications = {
  TagSpecification: optional(list(structure({ ResourceType: optional(text()), Tag: optional(list(tag, { max: 64 })) }), { max: 16 })),
}
const members = structure(tagSpecifications)
type Specified = Shaped<typeof members>

/** Raises `VolumeInvalid` for those of anything else than is made. */
export function specifiedTags({ TagSpecification = [] }: Specified, type: 'volume' | 'snapshot'): Volume['tags'] {
  return TagSpecification.flatMap(({ ResourceType = '', Tag = [] }) => {
    if (ResourceType !== type) throw invalidVolume('value', `'${ResourceType}' is not a valid taggable resource type for this operation.`)
    return Tag.map(({ Key = '', Value = '' }) => ({ key: Key, value: Value }))
  })
}

/** As the trail shows them. */
export const shownSpecifications = (specifications: Specified['TagSpecification']) => ({
  tagSpecificationSet: specifications && {
    items: specifications.map(({ ResourceType, Tag }) => ({ resourceType: ResourceType, tags: Tag })),
  },
})
