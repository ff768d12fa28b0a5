/** ML-KEM (FIPS 203 table 3): lengths in bytes, and OpenSSL's name. Its private keys are kept as PKCS #8 of their seeds. */
export const mlKemSpecs = {
  'ML-KEM-512': { name: 'ml-kem-512', ciphertextBytes: 768 },
  'ML-KEM-768': { name: 'ml-kem-768', ciphertextBytes: 1_088 },
  'ML-KEM-1024': { name: 'ml-kem-1024', ciphertextBytes: 1_568 },
} as const

export type MlKemSpec = keyof typeof mlKemSpecs
