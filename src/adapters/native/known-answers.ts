// What the native module must answer before anything trusts it: published vectors, run at once on this thread (about a millisecond).
import { constants, createPublicKey, createSecretKey, hash, publicDecrypt, publicEncrypt } from 'node:crypto'
import { openBox as openDefinedBox } from '#crypto/derived-key-box.ts'
import { emsaPssVerify } from '#crypto/emsa.ts'
import { ecPkcs8, publicKeyOfPkcs8 } from '#crypto/private-key.ts'
import { mlDsaMu, mlDsaPkcs8, mlDsaPublicBytes, mlDsaPublicKey, seedBytes } from '#crypto/ml-dsa.ts'
import type { Bytes } from '#model/brands.ts'
import type { MessageSigning } from '#ports/key-mathematics.ts'
import type { Random } from '#ports/random.ts'
import { doesBytes, doesKeyed, hashBits, paddings } from './binding.ts'
import type { Binding } from './binding.ts'
import { nativeKeyed } from './native-keyed.ts'

const same = (left: unknown, right: Bytes): boolean => left instanceof Uint8Array && Buffer.compare(left, right) === 0
const sha256 = (bytes: Bytes): string => hash('sha256', bytes)

/** IEEE 1619-2007 annex B, vector 10: one data unit, tweak ff; the second sector is tied to the first by decryption alone. */
function sectors(binding: Binding): boolean {
  const key = Uint8Array.fromHex(
    '27182818284590452353602874713526624977572470936999595749669676273141592653589793238462643383279502884197169399375105820974944592',
  )
  const plain = Uint8Array.from({ length: 1024 }, (_, at) => at)
  const bytes = Uint8Array.from(plain)
  const opened = binding.openSectors(key)
  binding.cipherSectors(opened, true, 0xff, bytes)
  const known = sha256(bytes.subarray(0, 512)) === 'e97e974fa393af794f7a4684395814cf820de60a01eaec677d87b452e316b364'
  binding.cipherSectors(opened, false, 0x100, bytes.subarray(512))
  binding.cipherSectors(opened, false, 0xff, bytes.subarray(0, 512))
  binding.closeSectors(opened)
  return known && same(bytes, plain)
}

/** RFC 7520 3.4: the private key of its figures; published, guards nothing. */
const rfc7520Key = Uint8Array.fromBase64(
  'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCfgQ+0A4Jz0CWR5Ac/MdK2ABuCzttNkvBQFl1Hz8q4o8Qct3isdVN5P475dXaNGiN02HElZMO813ue' +
    'pDRUSJlAfP8AmZIKkxokxEFIUqspvbCpXAZT82xg5gv5C2JY3aVvNwR7pcLR0CmvnJ1AuseqQceKDdEGit1pnoCP6gEeoUQdik97tOl7459V8d3UTpxLozUVlwPU00tg' +
    'PmUUek8j1tPAmWx17e6EaoLRkK4QeDyWHPA4eu0hBtLQVVtv2Tf61VNTh+D/cv++eJQUArC4IuoqdLYFjB2r+bNKdstjuH+qLGhHuOKDf/+RGG5rHBSRHPmJqJCSqBzm' +
    'Ad2s0/nPAgMBAAECggEAbWUC9B+EFRIo8kpGfh0ZuyGPvMNKvYWNtB/ikiH9k20eT+O1q/I78eiZkpXxXQ0UTEs2LsNRS+8uJbvQ+A1irkwMSMkK1J3XTGgdrhCku9gR' +
    'ldY7sNA/AKZGh+Q661/42rINLRCe8W+nZ34ui/qOfkLnK9QWDDqpaIsA+bMwWWSDFu2MUBYwkHTMEzLYGqOe04noqeq1hExBTHBOBdkMXiuFhUq1BU6l+DqEiWxqg82s' +
    'Xt2h+LMnT3046AOYJoRioz75tSUQfGCshWTBnP5uDjd18kKhyv07lhfSJdrPdM5Plyl21hsFf4L/mHCuoFau7gdsPfHPxxjVOcOpBrQzwQKBgQDdKXGD8PBNclxvrT3l' +
    'GhfKBAIBnlGcC9mWejXKEe2dR7H9+nsBn/2dFo7sdf/5IV8ZB661qjZMOMMBZThW6mTyvD0lHQDNnQ3Z++4gCav9YKyYal42pCd6/VPsjISyeHxQy36fkJp+GSKTOESy' +
    'uad0fovE6u9EmWw+npm/xtSrSQKBgQC4oTZ2H5xN/oREXiTh7+PLvwZ89hQhpTKhJIm4HOncK5uTc4KqzqCtPxtH9y7QObUxnBaa12oPIj3ketR6rcw/Xm8ww43yUdN5' +
    'm7aWYq/CpbtqdXlTOEzWJnvPjIyS5TAVagG/Jjz3wRe9EP6F2pHEeVKoBnX3bMHelUUnSzukVwKBgAfD1b15Lya49i/hmEO798va+isOYPUmoVwcLFlM6dfU1ZYCPmFf' +
    'OatTSG9a8ULQ/iLF10d/k2p3r7kT0beTgTnYjBkKfKW7duoJY2HylPxPcZ/kVCx89PnnfRPYFyyg+FRp4Kc/j30P6tvaZOcVh6CadNPUH9R7woYsUV+fXoYpAoGACLDm' +
    'DGduhylc9o7r84rEUVn7pzQ6PF83Y+iBZx5NT+TpnOZKF1pErAMVeKzFEl41DlHHqqBLSM0W1sOFbwTxYWZDm6sI6og5iTbwQGIC3gnJKbi/7k/vJgGHwHxgPaX2PnvP' +
    '+zyEkDERuf+ry4c/Z11Cq9AqC2yeL6kdKT1cYF8CgYEA3PiqvXQN0zwMeE+sBvZgi289XP9XCQF3VWqPzMKnIgQp7/Tugo6+NZBKCQsMf3HaEGBjTVJs/jcK8+TRXvaK' +
    'e+7ZMaQj8VfBdYkssbu0NKDDhjJ+GtiseaDVWt7dcH0cfwxgFUHpQh7FoCrjFJ6h6ZEpMF6xmujs4qMpPz8aaI4=',
)

/** RFC 7520 4.1, figure 13 (RS256); OAEP and PSS against node:crypto's public half. */
function rsa(binding: Binding): boolean {
  const digest = Uint8Array.fromHex('8fb2efe87f6da81ca06bf985ff9c40f4d92859f50273c4612bcaf0ade3ee9959')
  const key = createPublicKey({ key: Buffer.from(publicKeyOfPkcs8(rfc7520Key)), format: 'der', type: 'spki' })
  const opened = binding.openKey(rfc7520Key)
  const signature = binding.rsaSign(opened, digest, paddings.pkcs1, hashBits.sha256, true)
  const salted = binding.rsaSign(opened, digest, paddings.pss, hashBits.sha256, true)
  const wrapped = publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, digest)
  const unwrapped = binding.rsaDecrypt(opened, wrapped, paddings.oaep, hashBits.sha256, true)
  const misread = binding.rsaDecrypt(opened, wrapped, paddings.oaep, hashBits.sha1, true)
  binding.closeKey(opened)
  if (!(signature instanceof Uint8Array) || !(salted instanceof Uint8Array)) return false
  const encoded = publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, salted)
  return (
    sha256(signature) === '02e120b4bf9261e94456cf09071dc6cf7ab704bfea2989e12bae0d3df7b2768d' &&
    emsaPssVerify({ digestName: 'sha256', modulusBits: 2048 }, digest, encoded) &&
    same(unwrapped, digest) &&
    misread === undefined
  )
}

/** RFC 6979 A.2.5, SHA-256, "sample". */
function ecdsa(binding: Binding): boolean {
  const scalar = Uint8Array.fromHex('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721')
  const point = Uint8Array.fromHex(
    '0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6' +
      '7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
  )
  const signature = Uint8Array.fromHex(
    'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
  )
  const digest = hash('sha256', 'sample', 'buffer')
  const other = hash('sha256', 'test', 'buffer')
  const opened = binding.openKey(ecPkcs8('P-256', scalar, point))
  const known = binding.ecVerify(opened, digest, signature, true) === true && binding.ecVerify(opened, other, signature, true) === false
  const own = binding.ecSign(opened, other, true)
  const verified = own instanceof Uint8Array && binding.ecVerify(opened, other, own, true) === true
  binding.closeKey(opened)
  return known && verified
}

/** RFC 8032 7.3: the private key of its vector; published, guards nothing. */
const rfc8032Key = '302e020100300506032b657004220420833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42'
const rfc8032Signature =
  '98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406'

/** What signs messages, and answers wrongly to what is known: RFC 8032 7.3, and a µ of ML-DSA that its message must verify under. */
export async function wrongMessageAnswer(messages: MessageSigning): Promise<string | undefined> {
  const [key, abc] = [Uint8Array.fromHex(rfc8032Key), Uint8Array.fromHex('616263')]
  const prehashed = await messages.sign(key, { form: 'ed25519ph', message: abc }, noRandom)
  if (prehashed.toHex() !== rfc8032Signature) return 'Ed25519ph'
  const pkcs8 = mlDsaPkcs8('ML-DSA-44', new Uint8Array(seedBytes))
  const mu = mlDsaMu(mlDsaPublicBytes(mlDsaPublicKey(pkcs8)), abc)
  const signature = await messages.sign(pkcs8, { form: 'mlDsaMu', message: mu }, noRandom)
  const [known, other] = [
    await messages.verify(pkcs8, { form: 'mlDsa', message: abc, signature }),
    await messages.verify(pkcs8, { form: 'mlDsa', message: mu, signature }),
  ]
  return known && !other ? undefined : 'ML-DSA of µ'
}

/** The module has a source of its own. */
const noRandom: Random = {
  bytes() {
    throw new Error('the native module was given no source of random bytes')
  },
  uuid() {
    throw new Error('the native module was given no source of random bytes')
  },
}

/** McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B, test case 16, opened in place too. */
function boxes(binding: Binding): boolean {
  if (!doesBytes(binding)) return true
  const opened = binding.openBoxes(Uint8Array.fromHex('feffe9928665731c6d6a8f9467308308'.repeat(2)))
  const [nonce, bound] = [Uint8Array.fromHex('cafebabefacedbaddecaf888'), Uint8Array.fromHex('feedfacedeadbeeffeedfacedeadbeefabaddad2')]
  const plain = Uint8Array.fromHex(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  )
  const box = new Uint8Array(plain.length + 16)
  binding.sealBox(opened, nonce, bound, plain, box)
  const sealed =
    box.toHex() ===
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
      '76fc6ece0f4e1768cddf8853bb2d551b'
  const refused = !binding.openBox(opened, nonce, bound.subarray(1), box, new Uint8Array(plain.length))
  const [inPlace, into] = [Uint8Array.from(box), plain.length]
  const back = binding.openBox(opened, nonce, bound, inPlace, inPlace.subarray(0, into)) && same(inPlace.subarray(0, into), plain)
  binding.closeBoxes(opened)
  return sealed && refused && back
}

/** RFC 4231 4.3, and a box that the definition opens and that this does not under another label. */
function keyed(binding: Binding): boolean {
  if (!doesKeyed(binding)) return true
  const mac = new Uint8Array(32)
  binding.mac(binding.openMac(new TextEncoder().encode('Jefe')), new TextEncoder().encode('what do ya want for nothing?'), mac)
  const under = { key: createSecretKey(new Uint8Array(32).fill(3)), label: 'keystead/known', context: new Uint8Array(32) }
  const plain = Uint8Array.from({ length: 50 }, (_, at) => at)
  const { sealBox, openBox } = nativeKeyed(binding)
  const box = sealBox(under, plain, new Uint8Array(44))
  return (
    mac.toHex() === '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843' &&
    same(openDefinedBox(under, box), plain) &&
    same(openBox(under, box), plain) &&
    openBox({ ...under, label: 'keystead/other' }, box) === undefined
  )
}

/** RFC 3720 B.4 and NVM Express: of the digits 1 to 9 by tables, and of so many of them that they are folded, as by tables. */
function checksums(binding: Binding): boolean {
  if (!doesBytes(binding)) return true
  const digits = new TextEncoder().encode('123456789')
  const of = (name: number, bytes: Bytes, folding: boolean): string => {
    const register = new Uint8Array(8).fill(0xff, 0, name === 0 ? 4 : 8)
    binding.carryCrc(name, register, bytes, folding)
    return register.toHex()
  }
  const many = Uint8Array.from({ length: 327 }, (_, at) => at)
  return (
    of(0, digits, true) === '7c6df91c00000000' &&
    of(1, digits, true) === '776786f579eb7451' &&
    [0, 1].every(name => of(name, many, true) === of(name, many, false))
  )
}

const known = { 'AES-XTS': sectors, 'AES-GCM': boxes, CRC: checksums, HMAC: keyed, RSA: rsa, ECDSA: ecdsa }

/** The first of the known answers that the module does not give; `undefined`: all are right. */
export function failedKnownAnswer(binding: Binding): string | undefined {
  return Object.entries(known).find(([, answers]) => !right(() => answers(binding)))?.[0]
}

function right(answers: () => boolean): boolean {
  try {
    return answers()
  } catch {
    return false
  }
}
