import { createHash, sign } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { BucketFile, TrailForm } from '#domain/trails/carry.ts'
import type { Trail } from '#domain/trails/records.ts'
import { cloudTrailRecord } from './cloud-trail-record.ts'
import { takes } from './cloud-trail-selectors.ts'

/** Files of trails as CloudTrail lays them out ("CloudTrail log file examples", "CloudTrail digest file structure"). */
export const cloudTrailFiles: TrailForm = {
  pick(trail, row) {
    const record = cloudTrailRecord(row)
    if (record === undefined || !takes(trail, record)) return undefined
    return { region: record.awsRegion, at: record.eventTime, id: record.eventID, text: JSON.stringify(record) }
  },
  logFile(trail, { region, now, records }) {
    const text = `{"Records":[${records.map(one => one.text).join(',')}]}`
    const minute = compact(now).slice(0, 13)
    // Of what is in it: the same records carried again have the same name.
    const unique = sha256(records.map(one => one.id).join('\n')).slice(0, 16)
    const name = `${trail.accountId}_CloudTrail_${region}_${minute}Z_${unique}.json.gz`
    return { file: fileOf(trail, { kind: 'CloudTrail', region, now, name, text }), hash: sha256(text) }
  },
  digestFile(trail, { region, until, chain, key }) {
    const { previous, files, from } = chain
    const name = `${trail.accountId}_CloudTrail-Digest_${region}_${trail.name}_${trail.region}_${compact(until)}Z.json.gz`
    const object = objectOf(trail, { kind: 'CloudTrail-Digest', region, now: until, name })
    const text = JSON.stringify({
      awsAccountId: trail.accountId,
      digestStartTime: iso(from),
      digestEndTime: iso(until),
      digestS3Bucket: trail.bucket,
      digestS3Object: object,
      digestPublicKeyFingerprint: key.fingerprint,
      digestSignatureAlgorithm: algorithm,
      newestEventTime:
        files
          .map(({ newest }) => newest)
          .toSorted()
          .at(-1) ?? null,
      oldestEventTime: files.map(({ oldest }) => oldest).toSorted()[0] ?? null,
      ...previousMembers(previous),
      logFiles: files.map(one => fileMembers(trail.bucket, one)),
    })
    const hash = sha256(text)
    const signed = [iso(until), `${trail.bucket}/${object}`, hash, previous?.signature ?? 'null'].join('\n')
    const signature = sign('sha256', Buffer.from(signed), key.privateKey).toString('hex')
    const metadata = { signature, 'signature-algorithm': algorithm }
    return { file: { ...fileOf(trail, { kind: 'CloudTrail-Digest', region, now: until, name, text }), metadata }, hash, signature }
  },
}

type Chain = Trail['chains'][string]

const previousMembers = (previous: Chain['previous']) => ({
  previousDigestS3Bucket: previous?.bucket ?? null,
  previousDigestS3Object: previous?.object ?? null,
  previousDigestHashValue: previous?.hash ?? null,
  previousDigestHashAlgorithm: previous === undefined ? null : 'SHA-256',
  previousDigestSignature: previous?.signature ?? null,
})

const fileMembers = (bucket: string, { object, hash, newest, oldest }: Chain['files'][number]) => ({
  s3Bucket: bucket,
  s3Object: object,
  hashValue: hash,
  hashAlgorithm: 'SHA-256',
  newestEventTime: newest,
  oldestEventTime: oldest,
})

const algorithm = 'SHA256withRSA'
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const iso = (time: number): string => Temporal.Instant.fromEpochMilliseconds(time).toString({ smallestUnit: 'second' })
/** `20270115T080000` */
const compact = (time: number): string => iso(time).slice(0, 19).replaceAll(/[-:]/g, '')

interface Place {
  readonly kind: 'CloudTrail' | 'CloudTrail-Digest'
  readonly region: string
  readonly now: number
  readonly name: string
}

function objectOf({ prefix, accountId }: Trail, { kind, region, now, name }: Place): string {
  const day = iso(now).slice(0, 10).replaceAll('-', '/')
  return `${prefix === undefined ? '' : `${prefix}/`}AWSLogs/${accountId}/${kind}/${region}/${day}/${name}`
}

const fileOf = (trail: Trail, { text, ...place }: Place & { readonly text: string }): BucketFile => ({
  bucket: trail.bucket,
  object: objectOf(trail, place),
  bytes: gzipSync(text),
  contentType: 'application/json',
  metadata: {},
  // Digests are encrypted by the bucket's own rule: who validates needs no right on the key (CloudTrail User Guide).
  keyArn: place.kind === 'CloudTrail' ? trail.keyArn : undefined,
})
