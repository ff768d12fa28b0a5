import { element, escapeXml } from '#protocols/aws/xml.ts'
import { bucketFor, noBody, s3Operation } from '#protocols/awss3/site.ts'

export const getBucketLocationOperation = s3Operation({
  name: 'GetBucketLocation',
  method: 'GET',
  path: '/{bucket}?location',
  asks: ['bucket.readLocation'],
  trail: { readOnly: true },
  body: noBody,
  async handle(context, call, input) {
    const { bucket } = await bucketFor(context, call, { input, permission: 'bucket.readLocation' })
    const { region } = bucket.value
    // The first Region has no name here.
    const body = element('LocationConstraint', region === 'us-east-1' ? '' : escapeXml(region), {
      xmlns: 'http://s3.amazonaws.com/doc/2006-03-01/',
    })
    return { status: 200, headers: { 'content-type': 'application/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}` }
  },
})
