// What node:crypto lacks (design.md 7): AES-XTS over many sectors in one call, also from and to an open file, AES-GCM box by box under one expanded key, HMAC-SHA-256
// and boxes under keys derived by it in one call, CRC-32C and CRC-64/NVME, RSA private operations and ECDSA over a given digest, ML-DSA over a message or its µ and Ed25519ph with keys of PKCS #8,
// on a libuv thread or at once; and RC2 to read old files. Calls the EVP functions that the running `node` exports; so the prototypes stand here, and there are no OpenSSL headers to
// match. No global state but tables that are made at loading: loads into any number of worker threads.
//
// Road of every key operation: parse arguments → job → run (any thread, touches OpenSSL alone) → settle (JavaScript thread).
#define NAPI_VERSION 8
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// ---- OpenSSL 3, from its manual pages -------------------------------------------------------------------------------

typedef struct evp_cipher_st EVP_CIPHER;
typedef struct evp_cipher_ctx_st EVP_CIPHER_CTX;
typedef struct evp_md_st EVP_MD;
typedef struct evp_pkey_st EVP_PKEY;
typedef struct evp_pkey_ctx_st EVP_PKEY_CTX;
typedef struct pkcs8_priv_key_info_st PKCS8_PRIV_KEY_INFO;
typedef struct engine_st ENGINE;
typedef struct bignum_st BIGNUM;
typedef struct ECDSA_SIG_st ECDSA_SIG;
typedef struct evp_md_ctx_st EVP_MD_CTX;
typedef struct ossl_lib_ctx_st OSSL_LIB_CTX;
// From openssl/core.h: as its manual page OSSL_PARAM(3) has it.
typedef struct {
  const char *key;
  unsigned int data_type;
  void *data;
  size_t data_size, return_size;
} OSSL_PARAM;

extern const EVP_CIPHER *EVP_aes_256_xts(void);
extern const EVP_CIPHER *EVP_aes_256_gcm(void);
extern EVP_CIPHER_CTX *EVP_CIPHER_CTX_new(void);
extern void EVP_CIPHER_CTX_free(EVP_CIPHER_CTX *ctx);
extern int EVP_CipherInit_ex(EVP_CIPHER_CTX *ctx, const EVP_CIPHER *cipher, ENGINE *engine, const unsigned char *key,
                             const unsigned char *iv, int encrypt);
extern int EVP_CipherUpdate(EVP_CIPHER_CTX *ctx, unsigned char *out, int *out_length, const unsigned char *in, int length);
extern int EVP_CIPHER_CTX_reset(EVP_CIPHER_CTX *ctx);
extern int EVP_CIPHER_CTX_ctrl(EVP_CIPHER_CTX *ctx, int type, int argument, void *pointer);

typedef struct ossl_provider_st OSSL_PROVIDER;
extern OSSL_LIB_CTX *OSSL_LIB_CTX_new(void);
extern void OSSL_LIB_CTX_free(OSSL_LIB_CTX *library);
extern OSSL_PROVIDER *OSSL_PROVIDER_load(OSSL_LIB_CTX *library, const char *name);
extern int OSSL_PROVIDER_unload(OSSL_PROVIDER *provider);
extern EVP_CIPHER *EVP_CIPHER_fetch(OSSL_LIB_CTX *library, const char *name, const char *properties);
extern void EVP_CIPHER_free(EVP_CIPHER *cipher);
extern int EVP_CIPHER_get_key_length(const EVP_CIPHER *cipher);
extern int EVP_CIPHER_get_iv_length(const EVP_CIPHER *cipher);
extern int EVP_CipherFinal_ex(EVP_CIPHER_CTX *ctx, unsigned char *out, int *out_length);

extern const EVP_MD *EVP_sha1(void);
extern const EVP_MD *EVP_sha256(void);
extern const EVP_MD *EVP_sha384(void);
extern const EVP_MD *EVP_sha512(void);

extern PKCS8_PRIV_KEY_INFO *d2i_PKCS8_PRIV_KEY_INFO(PKCS8_PRIV_KEY_INFO **into, const unsigned char **in, long length);
extern void PKCS8_PRIV_KEY_INFO_free(PKCS8_PRIV_KEY_INFO *info);
extern EVP_PKEY *EVP_PKCS82PKEY(const PKCS8_PRIV_KEY_INFO *info);
extern int EVP_PKEY_up_ref(EVP_PKEY *key);
extern void EVP_PKEY_free(EVP_PKEY *key);
extern int EVP_PKEY_get_base_id(const EVP_PKEY *key);
extern int EVP_PKEY_get_bits(const EVP_PKEY *key);
extern EVP_PKEY_CTX *EVP_PKEY_CTX_new(EVP_PKEY *key, ENGINE *engine);
extern void EVP_PKEY_CTX_free(EVP_PKEY_CTX *ctx);
extern int EVP_PKEY_CTX_set_rsa_padding(EVP_PKEY_CTX *ctx, int padding);
extern int EVP_PKEY_CTX_set_rsa_pss_saltlen(EVP_PKEY_CTX *ctx, int length);
extern int EVP_PKEY_CTX_set_rsa_mgf1_md(EVP_PKEY_CTX *ctx, const EVP_MD *md);
extern int EVP_PKEY_CTX_set_rsa_oaep_md(EVP_PKEY_CTX *ctx, const EVP_MD *md);
extern int EVP_PKEY_CTX_set_signature_md(EVP_PKEY_CTX *ctx, const EVP_MD *md);
extern int EVP_PKEY_decrypt_init(EVP_PKEY_CTX *ctx);
extern int EVP_PKEY_decrypt(EVP_PKEY_CTX *ctx, unsigned char *out, size_t *out_length, const unsigned char *in, size_t length);
extern int EVP_PKEY_sign_init(EVP_PKEY_CTX *ctx);
extern int EVP_PKEY_sign(EVP_PKEY_CTX *ctx, unsigned char *signature, size_t *signature_length, const unsigned char *in, size_t length);
extern int EVP_PKEY_verify_init(EVP_PKEY_CTX *ctx);
extern int EVP_PKEY_verify(EVP_PKEY_CTX *ctx, const unsigned char *signature, size_t signature_length, const unsigned char *in,
                           size_t length);

extern EVP_MD_CTX *EVP_MD_CTX_new(void);
extern void EVP_MD_CTX_free(EVP_MD_CTX *ctx);
extern int EVP_MD_CTX_copy_ex(EVP_MD_CTX *out, const EVP_MD_CTX *in);
extern int EVP_DigestInit_ex(EVP_MD_CTX *ctx, const EVP_MD *digest, ENGINE *engine);
extern int EVP_DigestUpdate(EVP_MD_CTX *ctx, const void *bytes, size_t length);
extern int EVP_DigestFinal_ex(EVP_MD_CTX *ctx, unsigned char *out, unsigned int *out_length);
extern int EVP_DigestSignInit_ex(EVP_MD_CTX *ctx, EVP_PKEY_CTX **key_ctx, const char *digest, OSSL_LIB_CTX *library, const char *properties,
                                 EVP_PKEY *key, const OSSL_PARAM *params);
extern int EVP_DigestSign(EVP_MD_CTX *ctx, unsigned char *signature, size_t *signature_length, const unsigned char *in, size_t length);
extern int EVP_DigestVerifyInit_ex(EVP_MD_CTX *ctx, EVP_PKEY_CTX **key_ctx, const char *digest, OSSL_LIB_CTX *library,
                                   const char *properties, EVP_PKEY *key, const OSSL_PARAM *params);
extern int EVP_DigestVerify(EVP_MD_CTX *ctx, const unsigned char *signature, size_t signature_length, const unsigned char *in,
                            size_t length);
extern int EVP_PKEY_is_a(const EVP_PKEY *key, const char *name);
extern OSSL_PARAM OSSL_PARAM_construct_int(const char *key, int *value);
extern OSSL_PARAM OSSL_PARAM_construct_octet_string(const char *key, void *value, size_t length);
extern OSSL_PARAM OSSL_PARAM_construct_utf8_string(const char *key, char *value, size_t length);
extern OSSL_PARAM OSSL_PARAM_construct_end(void);

extern ECDSA_SIG *ECDSA_SIG_new(void);
extern void ECDSA_SIG_free(ECDSA_SIG *signature);
extern void ECDSA_SIG_get0(const ECDSA_SIG *signature, const BIGNUM **r, const BIGNUM **s);
extern int ECDSA_SIG_set0(ECDSA_SIG *signature, BIGNUM *r, BIGNUM *s);
extern ECDSA_SIG *d2i_ECDSA_SIG(ECDSA_SIG **into, const unsigned char **in, long length);
extern int i2d_ECDSA_SIG(const ECDSA_SIG *signature, unsigned char **out);
extern BIGNUM *BN_bin2bn(const unsigned char *bytes, int length, BIGNUM *into);
extern int BN_bn2binpad(const BIGNUM *number, unsigned char *out, int length);
extern void BN_free(BIGNUM *number);

extern void OPENSSL_cleanse(void *memory, size_t length);
extern void ERR_clear_error(void);

enum { RSA_PKCS1_PADDING = 1, RSA_PKCS1_OAEP_PADDING = 4, RSA_PKCS1_PSS_PADDING = 6, RSA_PSS_SALTLEN_DIGEST = -1 };
enum { EVP_PKEY_RSA = 6, EVP_PKEY_EC = 408 };
enum { EVP_CTRL_AEAD_GET_TAG = 0x10, EVP_CTRL_AEAD_SET_TAG = 0x11 };

// ---- Arguments and answers ------------------------------------------------------------------------------------------

enum { MAC_BYTES = 32, MAC_BLOCK_BYTES = 64 };
// crypto/derived-key-box.ts: format, salt, IV, ciphertext, tag.
enum { DERIVED_SALT_BYTES = 32, DERIVED_HEAD_BYTES = 1 + 32 + 12, DERIVED_OVERHEAD_BYTES = DERIVED_HEAD_BYTES + 16 };
enum { GCM_KEY_BYTES = 32, GCM_NONCE_BYTES = 12, GCM_TAG_BYTES = 16, BOX_BYTES_MAX = 1 << 24 };
enum { ARGUMENTS_MAX = 6, SECTOR_BYTES = 512, XTS_KEY_BYTES = 64, RC2_BYTES_MAX = 1 << 24 };
// RSA-4096 is 512 bytes; P-521 signatures are 132, in DER 139.
enum { VALUE_BYTES_MAX = 512, DER_SIGNATURE_BYTES_MAX = 160, COORDINATE_BYTES_MAX = 66 };

// ML-DSA-87's signature (FIPS 204, table 2); a context (5.2); PKCS #8 of a seed is 54 bytes.
enum { MESSAGE_SIGNATURE_BYTES_MAX = 4627, CONTEXT_BYTES_MAX = 255, SEEDED_KEY_BYTES_MAX = 128, MESSAGE_BYTES_MAX = 65536 };

// An open key or cipher never takes the other's place.
static const napi_type_tag key_tag = {0x6b6579737465616bULL, 0x1b4d2f3aa0c94e01ULL};
static const napi_type_tag sectors_tag = {0x6b6579737465616bULL, 0x1b4d2f3aa0c94e02ULL};
static const napi_type_tag boxes_tag = {0x6b6579737465616bULL, 0x1b4d2f3aa0c94e03ULL};
static const napi_type_tag mac_tag = {0x6b6579737465616bULL, 0x1b4d2f3aa0c94e04ULL};

typedef struct {
  const unsigned char *bytes;
  size_t length;
} Slice;

static napi_value refuse(napi_env env, const char *message) {
  ERR_clear_error();
  napi_throw_error(env, NULL, message);
  return NULL;
}

static bool take_arguments(napi_env env, napi_callback_info info, napi_value *arguments, size_t expected) {
  size_t count = ARGUMENTS_MAX;
  return napi_get_cb_info(env, info, &count, arguments, NULL, NULL) == napi_ok && count == expected;
}

static bool take_bytes(napi_env env, napi_value value, Slice *into) {
  napi_typedarray_type type;
  void *bytes = NULL;
  bool is_typed_array = false;
  if (napi_is_typedarray(env, value, &is_typed_array) != napi_ok || !is_typed_array) return false;
  if (napi_get_typedarray_info(env, value, &type, &into->length, &bytes, NULL, NULL) != napi_ok) return false;
  into->bytes = bytes;
  return type == napi_uint8_array;
}

static bool take_open(napi_env env, napi_value value, const napi_type_tag *tag, void **into) {
  bool tagged = false;
  napi_valuetype type;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_object) return false;
  if (napi_check_object_type_tag(env, value, tag, &tagged) != napi_ok || !tagged) return false;
  return napi_unwrap(env, value, into) == napi_ok;
}

static napi_value give_open(napi_env env, void *opened, const napi_type_tag *tag, napi_finalize finalize) {
  napi_value object;
  if (napi_create_object(env, &object) != napi_ok || napi_wrap(env, object, opened, finalize, NULL, NULL) != napi_ok) {
    finalize(env, opened, NULL);
    return refuse(env, "out of memory");
  }
  // From here on the finalizer owns it.
  return napi_type_tag_object(env, object, tag) == napi_ok ? object : refuse(env, "out of memory");
}

static napi_value give_bytes(napi_env env, const unsigned char *bytes, size_t length) {
  napi_value buffer, array;
  void *into = NULL;
  if (napi_create_arraybuffer(env, length, &into, &buffer) != napi_ok) return NULL;
  if (length > 0) memcpy(into, bytes, length);
  return napi_create_typedarray(env, napi_uint8_array, length, buffer, 0, &array) == napi_ok ? array : NULL;
}

// ---- AES-256-XTS over sectors ---------------------------------------------------------------------------------------

typedef struct {
  EVP_CIPHER_CTX *encrypt, *decrypt;
} Sectors;

static void sectors_zero(Sectors *sectors) {
  EVP_CIPHER_CTX_free(sectors->encrypt); // cleanses the expanded keys; NULL is welcome
  EVP_CIPHER_CTX_free(sectors->decrypt);
  sectors->encrypt = sectors->decrypt = NULL;
}

static void sectors_finalize(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  sectors_zero(data);
  free(data);
}

static EVP_CIPHER_CTX *xts_context(const unsigned char *key, int encrypt) {
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  if (context == NULL) return NULL;
  if (EVP_CipherInit_ex(context, EVP_aes_256_xts(), NULL, key, NULL, encrypt) == 1) return context;
  EVP_CIPHER_CTX_free(context);
  return NULL;
}

// openSectors(key: 64 bytes): the caller zeroes its array.
static napi_value sectors_open(napi_env env, napi_callback_info info) {
  napi_value arguments[ARGUMENTS_MAX];
  Slice key;
  if (!take_arguments(env, info, arguments, 1) || !take_bytes(env, arguments[0], &key)) return refuse(env, "bad arguments");
  if (key.length != XTS_KEY_BYTES) return refuse(env, "an XTS key has 64 bytes");
  Sectors *sectors = calloc(1, sizeof(Sectors));
  if (sectors == NULL) return refuse(env, "out of memory");
  sectors->encrypt = xts_context(key.bytes, 1);
  sectors->decrypt = xts_context(key.bytes, 0);
  if (sectors->encrypt == NULL || sectors->decrypt == NULL) { // equal halves fail here
    sectors_finalize(env, sectors, NULL);
    return refuse(env, "the XTS key was refused");
  }
  return give_open(env, sectors, &sectors_tag, sectors_finalize);
}

enum { TWEAKS = 32, TWEAK_BYTES = 16 };

// dm-crypt's plain64: the number of the sector, little-endian, and zeroes.
static void lay_tweak(unsigned char tweak[TWEAK_BYTES], uint64_t sector) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  sector = __builtin_bswap64(sector);
#endif
  memcpy(tweak, &sector, sizeof sector);
}

// Tweaks are laid out some ahead of their use: OpenSSL reads 16 bytes at once, and where their two halves were stored only just now the
// processor waits until both have reached the cache, which would cost a sector a quarter of its time.
static bool cipher_sectors(EVP_CIPHER_CTX *context, uint64_t first, unsigned char *bytes, size_t length) {
  unsigned char tweaks[TWEAKS][TWEAK_BYTES] = {{0}};
  const size_t sectors = length / SECTOR_BYTES;
  for (size_t at = 0; at < sectors; at += TWEAKS) {
    const size_t batch = sectors - at < TWEAKS ? sectors - at : TWEAKS;
    for (size_t each = 0; each < batch; each++) lay_tweak(tweaks[each], first + at + each);
    for (size_t each = 0; each < batch; each++, bytes += SECTOR_BYTES) {
      int written = 0;
      if (EVP_CipherInit_ex(context, NULL, NULL, NULL, tweaks[each], -1) != 1) return false;
      if (EVP_CipherUpdate(context, bytes, &written, bytes, SECTOR_BYTES) != 1 || written != SECTOR_BYTES) return false;
    }
  }
  return true;
}

// cipherSectors(opened, encrypt: boolean, firstSector, bytes): in place.
static napi_value sectors_cipher(napi_env env, napi_callback_info info) {
  napi_value arguments[ARGUMENTS_MAX];
  void *opened = NULL;
  bool encrypt = false;
  int64_t first = 0;
  Slice bytes;
  if (!take_arguments(env, info, arguments, 4) || !take_open(env, arguments[0], &sectors_tag, &opened) ||
      napi_get_value_bool(env, arguments[1], &encrypt) != napi_ok || napi_get_value_int64(env, arguments[2], &first) != napi_ok ||
      first < 0 || !take_bytes(env, arguments[3], &bytes) || bytes.length % SECTOR_BYTES != 0)
    return refuse(env, "bad arguments");
  Sectors *sectors = opened;
  EVP_CIPHER_CTX *context = encrypt ? sectors->encrypt : sectors->decrypt;
  if (context == NULL) return refuse(env, "the cipher is closed");
  if (!cipher_sectors(context, (uint64_t)first, (unsigned char *)bytes.bytes, bytes.length)) return refuse(env, "AES-XTS failed");
  return NULL;
}

// Of this many bytes at a time: what was read is still in the processor's cache when it is decrypted.
enum { FILE_PIECE_BYTES = 1 << 18 };

typedef struct {
  Sectors *sectors;
  int fd;
  int64_t position;
  uint64_t first;
  unsigned char *bytes;
  size_t length;
} FileSectors;

static bool take_file_sectors(napi_env env, napi_callback_info info, FileSectors *file) {
  napi_value arguments[ARGUMENTS_MAX];
  void *opened = NULL;
  int64_t first = 0;
  Slice bytes;
  if (!take_arguments(env, info, arguments, 5) || !take_open(env, arguments[0], &sectors_tag, &opened) ||
      napi_get_value_int32(env, arguments[1], &file->fd) != napi_ok || napi_get_value_int64(env, arguments[2], &file->position) != napi_ok ||
      napi_get_value_int64(env, arguments[3], &first) != napi_ok || !take_bytes(env, arguments[4], &bytes))
    return false;
  *file = (FileSectors){opened, file->fd, file->position, (uint64_t)first, (unsigned char *)bytes.bytes, bytes.length};
  return file->fd >= 0 && file->position >= 0 && first >= 0 && bytes.length % SECTOR_BYTES == 0;
}

// The codes that callers tell apart are Node's names; all else is an I/O error to them.
static napi_value refuse_errno(napi_env env, int error) {
  const char *code = error == ENOSPC ? "ENOSPC" : error == EDQUOT ? "EDQUOT" : error == EFBIG ? "EFBIG" : "EIO";
  napi_throw_error(env, code, strerror(error));
  return NULL;
}

// readSectors(opened, fd, position, firstSector, into): read from there, and decrypted.
static napi_value sectors_read(napi_env env, napi_callback_info info) {
  FileSectors file;
  if (!take_file_sectors(env, info, &file)) return refuse(env, "bad arguments");
  EVP_CIPHER_CTX *context = file.sectors->decrypt;
  if (context == NULL) return refuse(env, "the cipher is closed");
  for (size_t at = 0, piece; at < file.length; at += piece) {
    piece = file.length - at < FILE_PIECE_BYTES ? file.length - at : FILE_PIECE_BYTES;
    for (size_t got = 0; got < piece;) {
      ssize_t more = pread(file.fd, file.bytes + at + got, piece - got, file.position + (int64_t)(at + got));
      if (more < 0 && errno == EINTR) continue;
      if (more <= 0) return refuse_errno(env, more < 0 ? errno : EIO); // the file ends before
      got += (size_t)more;
    }
    if (!cipher_sectors(context, file.first + at / SECTOR_BYTES, file.bytes + at, piece)) return refuse(env, "AES-XTS failed");
  }
  return NULL;
}

// writeSectors(opened, fd, position, firstSector, bytes): encrypted in place, and written there.
static napi_value sectors_write(napi_env env, napi_callback_info info) {
  FileSectors file;
  if (!take_file_sectors(env, info, &file)) return refuse(env, "bad arguments");
  EVP_CIPHER_CTX *context = file.sectors->encrypt;
  if (context == NULL) return refuse(env, "the cipher is closed");
  for (size_t at = 0, piece; at < file.length; at += piece) {
    piece = file.length - at < FILE_PIECE_BYTES ? file.length - at : FILE_PIECE_BYTES;
    if (!cipher_sectors(context, file.first + at / SECTOR_BYTES, file.bytes + at, piece)) return refuse(env, "AES-XTS failed");
    for (size_t done = 0; done < piece;) {
      ssize_t more = pwrite(file.fd, file.bytes + at + done, piece - done, file.position + (int64_t)(at + done));
      if (more < 0 && errno == EINTR) continue;
      if (more < 0) return refuse_errno(env, errno);
      done += (size_t)more;
    }
  }
  return NULL;
}

// sendRoom(fd, bytes): how much the kernel takes of what its other end has not read; as much of it as it grants.
static napi_value send_room(napi_env env, napi_callback_info info) {
  napi_value arguments[ARGUMENTS_MAX];
  int32_t fd = -1, bytes = 0;
  if (!take_arguments(env, info, arguments, 2) || napi_get_value_int32(env, arguments[0], &fd) != napi_ok ||
      napi_get_value_int32(env, arguments[1], &bytes) != napi_ok)
    return refuse(env, "bad arguments");
  return setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes) == 0 ? NULL : refuse_errno(env, errno);
}

static napi_value sectors_close(napi_env env, napi_callback_info info) {
  napi_value arguments[ARGUMENTS_MAX];
  void *opened = NULL;
  if (!take_arguments(env, info, arguments, 1) || !take_open(env, arguments[0], &sectors_tag, &opened))
    return refuse(env, "bad arguments");
  sectors_zero(opened);
  return NULL;
}

// ---- AES-256-GCM, box by box under one key -----------------------------------------------------------------------------

static void boxes_finalize(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  EVP_CIPHER_CTX **boxes = data;
  EVP_CIPHER_CTX_free(*boxes); // cleanses the expanded key; NULL is welcome
  free(boxes);
}

static napi_value boxes_under(napi_env env, const unsigned char key[GCM_KEY_BYTES]) {
  EVP_CIPHER_CTX **boxes = calloc(1, sizeof *boxes);
  if (boxes == NULL) return NULL;
  *boxes = EVP_CIPHER_CTX_new();
  if (*boxes != NULL && EVP_CipherInit_ex(*boxes, EVP_aes_256_gcm(), NULL, key, NULL, 1) == 1)
    return give_open(env, boxes, &boxes_tag, boxes_finalize);
  boxes_finalize(env, boxes, NULL);
  return NULL;
}

// openBoxes(key: 32 bytes): the caller zeroes its array.
static napi_value boxes_open(napi_env env, napi_callback_info info) {
  napi_value arguments[ARGUMENTS_MAX];
  Slice key;
  if (!take_arguments(env, info, arguments, 1) || !take_bytes(env, arguments[0], &key) || key.length != GCM_KEY_BYTES)
    return refuse(env, "bad arguments");
  napi_value boxes = boxes_under(env, key.bytes);
  return boxes != NULL ? boxes : refuse(env, "the key was refused");
}

typedef struct {
  EVP_CIPHER_CTX *context;
  Slice nonce, bound, in;
  unsigned char *out;
  size_t out_length;
} Box;

static bool take_box(napi_env env, napi_callback_info info, Box *box) {
  napi_value arguments[ARGUMENTS_MAX];
  void *opened = NULL;
  Slice out;
  if (!take_arguments(env, info, arguments, 5) || !take_open(env, arguments[0], &boxes_tag, &opened) ||
      !take_bytes(env, arguments[1], &box->nonce) || box->nonce.length != GCM_NONCE_BYTES ||
      !take_bytes(env, arguments[2], &box->bound) || box->bound.length > BOX_BYTES_MAX || !take_bytes(env, arguments[3], &box->in) ||
      box->in.length > BOX_BYTES_MAX || !take_bytes(env, arguments[4], &out))
    return false;
  box->context = *(EVP_CIPHER_CTX **)opened;
  box->out = (unsigned char *)out.bytes;
  box->out_length = out.length;
  return box->context != NULL;
}

static bool begin_box(const Box *box, int encrypt) {
  int ignored = 0;
  return EVP_CipherInit_ex(box->context, NULL, NULL, NULL, box->nonce.bytes, encrypt) == 1 &&
         EVP_CipherUpdate(box->context, NULL, &ignored, box->bound.bytes, (int)box->bound.length) == 1;
}

// sealBox(opened, nonce: 12 bytes, bound, plaintext, into: 16 bytes more): ciphertext and tag; both may begin at the same byte.
static napi_value box_seal(napi_env env, napi_callback_info info) {
  Box box;
  int written = 0, rest = 0;
  if (!take_box(env, info, &box) || box.out_length != box.in.length + GCM_TAG_BYTES) return refuse(env, "bad arguments");
  if (!begin_box(&box, 1) || EVP_CipherUpdate(box.context, box.out, &written, box.in.bytes, (int)box.in.length) != 1 ||
      (size_t)written != box.in.length || EVP_CipherFinal_ex(box.context, box.out + written, &rest) != 1 ||
      EVP_CIPHER_CTX_ctrl(box.context, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_BYTES, box.out + box.in.length) != 1)
    return refuse(env, "AES-GCM failed");
  return NULL;
}

// openBox(opened, nonce: 12 bytes, bound, box, into: 16 bytes less): false, and zeros, where it is not what was sealed so.
static napi_value box_open(napi_env env, napi_callback_info info) {
  Box box;
  napi_value answer;
  int written = 0, rest = 0;
  if (!take_box(env, info, &box) || box.in.length != box.out_length + GCM_TAG_BYTES) return refuse(env, "bad arguments");
  unsigned char tag[GCM_TAG_BYTES];
  memcpy(tag, box.in.bytes + box.out_length, sizeof tag);
  bool opened = begin_box(&box, 0) && EVP_CIPHER_CTX_ctrl(box.context, EVP_CTRL_AEAD_SET_TAG, sizeof tag, tag) == 1 &&
                EVP_CipherUpdate(box.context, box.out, &written, box.in.bytes, (int)box.out_length) == 1 &&
                (size_t)written == box.out_length && EVP_CipherFinal_ex(box.context, box.out + written, &rest) == 1;
  if (!opened) {
    OPENSSL_cleanse(box.out, box.out_length);
    ERR_clear_error();
  }
  return napi_get_boolean(env, opened, &answer) == napi_ok ? answer : NULL;
}

static napi_value boxes_close(napi_env env, napi_callback_info info) {
  napi_value arguments[ARGUMENTS_MAX];
  void *opened = NULL;
  if (!take_arguments(env, info, arguments, 1) || !take_open(env, arguments[0], &boxes_tag, &opened))
    return refuse(env, "bad arguments");
  EVP_CIPHER_CTX **boxes = opened;
  EVP_CIPHER_CTX_free(*boxes);
  *boxes = NULL;
  return NULL;
}

// ---- HMAC-SHA-256, and boxes under keys derived by it ---------------------------------------------------------------------

// The key is digested once, outside and inside (RFC 2104 4): each message goes on from there.
typedef struct {
  EVP_MD_CTX *inner, *outer, *running;
  EVP_CIPHER_CTX *cipher;
  EVP_CIPHER *gcm;
} Mac;

static void mac_finalize(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  Mac *mac = data;
  EVP_MD_CTX_free(mac->inner); // cleanses
  EVP_MD_CTX_free(mac->outer);
  EVP_MD_CTX_free(mac->running);
  EVP_CIPHER_CTX_free(mac->cipher);
  EVP_CIPHER_free(mac->gcm);
  free(mac);
}

static bool digest_padded(EVP_MD_CTX *context, Slice key, unsigned char with) {
  unsigned char block[MAC_BLOCK_BYTES] = {0};
  memcpy(block, key.bytes, key.length);
  for (size_t at = 0; at < sizeof block; at++) block[at] ^= with;
  bool done = EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 && EVP_DigestUpdate(context, block, sizeof block) == 1;
  OPENSSL_cleanse(block, sizeof block);
  return done;
}

// openMac(key: at most 64 bytes, a block of the hash): the caller zeroes its array.
static napi_value mac_open(napi_env env, napi_callback_info info) {
  napi_value arguments[ARGUMENTS_MAX];
  Slice key;
  if (!take_arguments(env, info, arguments, 1) || !take_bytes(env, arguments[0], &key) || key.length > MAC_BLOCK_BYTES)
    return refuse(env, "bad arguments");
  Mac *mac = calloc(1, sizeof(Mac));
  if (mac == NULL) return refuse(env, "out of memory");
  mac->inner = EVP_MD_CTX_new();
  mac->outer = EVP_MD_CTX_new();
  mac->running = EVP_MD_CTX_new();
  if (mac->inner == NULL || mac->outer == NULL || mac->running == NULL ||
      !digest_padded(mac->inner, key, 0x36) || !digest_padded(mac->outer, key, 0x5c)) {
    mac_finalize(env, mac, NULL);
    return refuse(env, "the key was refused");
  }
  return give_open(env, mac, &mac_tag, mac_finalize);
}

static bool mac_of(Mac *mac, const Slice *parts, size_t count, unsigned char out[MAC_BYTES]) {
  if (EVP_MD_CTX_copy_ex(mac->running, mac->inner) != 1) return false;
  for (size_t part = 0; part < count; part++)
    if (EVP_DigestUpdate(mac->running, parts[part].bytes, parts[part].length) != 1) return false;
  return EVP_DigestFinal_ex(mac->running, out, NULL) == 1 && EVP_MD_CTX_copy_ex(mac->running, mac->outer) == 1 &&
         EVP_DigestUpdate(mac->running, out, MAC_BYTES) == 1 && EVP_DigestFinal_ex(mac->running, out, NULL) == 1;
}

// One HMAC of a key that is used once: at most a block long.
static bool mac_once(Slice key, const Slice *parts, size_t count, unsigned char out[MAC_BYTES]) {
  Mac mac = {EVP_MD_CTX_new(), EVP_MD_CTX_new(), EVP_MD_CTX_new(), NULL, NULL};
  bool done = mac.inner != NULL && mac.outer != NULL && mac.running != NULL && digest_padded(mac.inner, key, 0x36) &&
              digest_padded(mac.outer, key, 0x5c) && mac_of(&mac, parts, count, out);
  EVP_MD_CTX_free(mac.inner);
  EVP_MD_CTX_free(mac.outer);
  EVP_MD_CTX_free(mac.running);
  return done;
}

// deriveBoxes(key, salt: at most 64 bytes, info): as openBoxes, with the first 32 bytes of HKDF-SHA-256 (RFC 5869).
static napi_value boxes_derive(napi_env env, napi_callback_info info) {
  static const unsigned char first[] = {1};
  napi_value arguments[ARGUMENTS_MAX];
  Slice key, salt, said;
  if (!take_arguments(env, info, arguments, 3) || !take_bytes(env, arguments[0], &key) || !take_bytes(env, arguments[1], &salt) ||
      salt.length > MAC_BLOCK_BYTES || !take_bytes(env, arguments[2], &said))
    return refuse(env, "bad arguments");
  unsigned char extracted[MAC_BYTES], derived[MAC_BYTES];
  const Slice under = {extracted, sizeof extracted}, expanded[] = {said, {first, sizeof first}};
  napi_value boxes = NULL;
  if (mac_once(salt, &key, 1, extracted) && mac_once(under, expanded, 2, derived)) boxes = boxes_under(env, derived);
  OPENSSL_cleanse(extracted, sizeof extracted);
  OPENSSL_cleanse(derived, sizeof derived);
  return boxes != NULL ? boxes : refuse(env, "the key was refused");
}

// mac(opened, message, into: 32 bytes)
static napi_value mac_call(napi_env env, napi_callback_info info) {
  napi_value arguments[ARGUMENTS_MAX];
  void *opened = NULL;
  Slice message, into;
  if (!take_arguments(env, info, arguments, 3) || !take_open(env, arguments[0], &mac_tag, &opened) ||
      !take_bytes(env, arguments[1], &message) || !take_bytes(env, arguments[2], &into) || into.length != MAC_BYTES)
    return refuse(env, "bad arguments");
  if (!mac_of(opened, &message, 1, (unsigned char *)into.bytes)) return refuse(env, "HMAC failed");
  return NULL;
}

typedef struct {
  Mac *mac;
  Slice label, context, from, into;
} Derived;

// With the first box of a key: most keys of signatures never have one.
static bool has_cipher(Mac *mac) {
  if (mac->cipher == NULL) mac->cipher = EVP_CIPHER_CTX_new();
  if (mac->gcm == NULL) mac->gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
  return mac->cipher != NULL && mac->gcm != NULL;
}

static bool take_derived(napi_env env, napi_callback_info info, Derived *derived) {
  napi_value arguments[ARGUMENTS_MAX];
  void *opened = NULL;
  if (!take_arguments(env, info, arguments, 5) || !take_open(env, arguments[0], &mac_tag, &opened) ||
      !take_bytes(env, arguments[1], &derived->label) || !take_bytes(env, arguments[2], &derived->context) ||
      derived->context.length > BOX_BYTES_MAX || !take_bytes(env, arguments[3], &derived->from) || derived->from.length > BOX_BYTES_MAX ||
      !take_bytes(env, arguments[4], &derived->into))
    return false;
  derived->mac = opened;
  return has_cipher(derived->mac);
}

// The key of one box by the counter-mode KDF (SP 800-108r1 4.1): counter, label, 0, salt, context, length in bits; and its cipher begun.
static bool begin_derived(const Derived *derived, const unsigned char *box, int encrypt) {
  static const unsigned char counter[] = {0, 0, 0, 1}, zero[] = {0}, bits[] = {0, 0, 1, 0};
  const Slice parts[] = {{counter, sizeof counter},           {derived->label.bytes, derived->label.length}, {zero, sizeof zero},
                         {box + 1, DERIVED_SALT_BYTES},       {derived->context.bytes, derived->context.length}, {bits, sizeof bits}};
  unsigned char key[MAC_BYTES];
  int ignored = 0;
  EVP_CIPHER_CTX *cipher = derived->mac->cipher;
  bool begun = mac_of(derived->mac, parts, sizeof parts / sizeof parts[0], key) &&
               EVP_CipherInit_ex(cipher, derived->mac->gcm, NULL, key, box + 1 + DERIVED_SALT_BYTES, encrypt) == 1 &&
               EVP_CipherUpdate(cipher, NULL, &ignored, derived->context.bytes, (int)derived->context.length) == 1;
  OPENSSL_cleanse(key, sizeof key);
  return begun;
}

// sealDerived(opened, label, context, plaintext, into: format, salt and IV are there; ciphertext and tag come behind them)
static napi_value derived_seal(napi_env env, napi_callback_info info) {
  Derived derived;
  int written = 0, rest = 0;
  if (!take_derived(env, info, &derived) || derived.into.length != derived.from.length + DERIVED_OVERHEAD_BYTES)
    return refuse(env, "bad arguments");
  unsigned char *out = (unsigned char *)derived.into.bytes + DERIVED_HEAD_BYTES;
  EVP_CIPHER_CTX *cipher = derived.mac->cipher;
  bool sealed = begin_derived(&derived, derived.into.bytes, 1) &&
                EVP_CipherUpdate(cipher, out, &written, derived.from.bytes, (int)derived.from.length) == 1 &&
                (size_t)written == derived.from.length && EVP_CipherFinal_ex(cipher, out + written, &rest) == 1 &&
                EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_BYTES, out + derived.from.length) == 1;
  EVP_CIPHER_CTX_reset(cipher); // cleanses the derived key
  return sealed ? NULL : refuse(env, "AES-GCM failed");
}

// openDerived(opened, label, context, box, into): false, and zeros, where it was not sealed under this key, label and context.
static napi_value derived_open(napi_env env, napi_callback_info info) {
  Derived derived;
  napi_value answer;
  int written = 0, rest = 0;
  if (!take_derived(env, info, &derived) || derived.from.length != derived.into.length + DERIVED_OVERHEAD_BYTES)
    return refuse(env, "bad arguments");
  const unsigned char *in = derived.from.bytes + DERIVED_HEAD_BYTES;
  unsigned char *out = (unsigned char *)derived.into.bytes, tag[GCM_TAG_BYTES];
  EVP_CIPHER_CTX *cipher = derived.mac->cipher;
  memcpy(tag, in + derived.into.length, sizeof tag);
  bool opened = begin_derived(&derived, derived.from.bytes, 0) &&
                EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, sizeof tag, tag) == 1 &&
                EVP_CipherUpdate(cipher, out, &written, in, (int)derived.into.length) == 1 && (size_t)written == derived.into.length &&
                EVP_CipherFinal_ex(cipher, out + written, &rest) == 1;
  EVP_CIPHER_CTX_reset(cipher);
  if (!opened) {
    OPENSSL_cleanse(out, derived.into.length);
    ERR_clear_error();
  }
  return napi_get_boolean(env, opened, &answer) == napi_ok ? answer : NULL;
}

// ---- CRC-32C and CRC-64/NVME --------------------------------------------------------------------------------------------

typedef enum { CRC32C, CRC64NVME, CRCS } CrcName;

// Reflected, as RFC 3720 B.4 and NVM Express Base 2.0, 5.2.1.3.4 have them.
static const struct {
  uint64_t polynomial;
  int bits;
} crcs[CRCS] = {{0x82f63b78, 32}, {0x9a6c9329ac4bc9b5, 64}};

enum { CRC_LANES = 8, CRC_STATE_BYTES = 8 };
// [lane][byte]: what the byte makes of a register when so many bytes of zero follow it (Kounavis and Berry 2005).
static uint64_t crc_tables[CRCS][CRC_LANES][256];
// x^(distance + 63) and x^(distance - 1) modulo the polynomial, for distances of 512 and of 128 bits: what blocks are folded by (Gopal
// et al. 2009). One power less than the distance, for the product of two reflected numbers is shifted by one.
static uint64_t crc_folds[CRCS][2][2];

// x^power, the lowest power in the highest bit of 64.
static uint64_t crc_power(CrcName name, int power) {
  const int bits = crcs[name].bits;
  uint64_t value = 1ULL << (bits - 1);
  for (; power > 0; power--) value = (value >> 1) ^ ((value & 1) != 0 ? crcs[name].polynomial : 0);
  return value << (64 - bits);
}

__attribute__((constructor)) static void crc_prepare(void) {
  for (CrcName name = 0; name < CRCS; name++) {
    for (int byte = 0; byte < 256; byte++) {
      uint64_t value = (uint64_t)byte;
      for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ ((value & 1) != 0 ? crcs[name].polynomial : 0);
      crc_tables[name][0][byte] = value;
    }
    for (int lane = 1; lane < CRC_LANES; lane++)
      for (int byte = 0; byte < 256; byte++) {
        const uint64_t before = crc_tables[name][lane - 1][byte];
        crc_tables[name][lane][byte] = (before >> 8) ^ crc_tables[name][0][before & 255];
      }
    for (int fold = 0; fold < 2; fold++) {
      const int distance = fold == 0 ? 512 : 128;
      crc_folds[name][fold][0] = crc_power(name, distance + 63);
      crc_folds[name][fold][1] = crc_power(name, distance - 1);
    }
  }
}

static uint64_t little_endian(const unsigned char *bytes) {
  uint64_t value = 0;
  for (int at = 7; at >= 0; at--) value = value << 8 | bytes[at];
  return value;
}

static uint64_t crc_by_tables(CrcName name, uint64_t value, const unsigned char *bytes, size_t length) {
  uint64_t(*const table)[256] = crc_tables[name];
  for (; length >= 8; bytes += 8, length -= 8) {
    const uint64_t word = value ^ little_endian(bytes);
    value = table[7][word & 255] ^ table[6][word >> 8 & 255] ^ table[5][word >> 16 & 255] ^ table[4][word >> 24 & 255] ^
            table[3][word >> 32 & 255] ^ table[2][word >> 40 & 255] ^ table[1][word >> 48 & 255] ^ table[0][word >> 56];
  }
  for (; length > 0; bytes++, length--) value = (value >> 8) ^ table[0][(value ^ *bytes) & 255];
  return value;
}

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("pclmul,sse2"))) static inline __m128i crc_folded(__m128i block, __m128i by, __m128i onto) {
  return _mm_xor_si128(onto, _mm_xor_si128(_mm_clmulepi64_si128(block, by, 0x00), _mm_clmulepi64_si128(block, by, 0x11)));
}

__attribute__((target("pclmul,sse2"))) static inline __m128i crc_block(const unsigned char *bytes) {
  return _mm_loadu_si128((const __m128i *)bytes);
}

// Four blocks of 16 bytes side by side, folded into one at the end, which the tables reduce with what is left. At least 64 bytes.
__attribute__((target("pclmul,sse2"))) static uint64_t crc_by_folding(CrcName name, uint64_t value, const unsigned char *bytes,
                                                                       size_t length) {
  const __m128i far = crc_block((const unsigned char *)crc_folds[name][0]), near = crc_block((const unsigned char *)crc_folds[name][1]);
  __m128i lanes[4];
  for (int lane = 0; lane < 4; lane++) lanes[lane] = crc_block(bytes + 16 * lane);
  lanes[0] = _mm_xor_si128(lanes[0], _mm_set_epi64x(0, (long long)value));
  for (bytes += 64, length -= 64; length >= 64; bytes += 64, length -= 64)
    for (int lane = 0; lane < 4; lane++) lanes[lane] = crc_folded(lanes[lane], far, crc_block(bytes + 16 * lane));
  for (int lane = 1; lane < 4; lane++) lanes[lane] = crc_folded(lanes[lane - 1], near, lanes[lane]);
  unsigned char last[16];
  _mm_storeu_si128((__m128i *)last, lanes[3]);
  return crc_by_tables(name, crc_by_tables(name, 0, last, sizeof last), bytes, length);
}

static bool crc_folds_here(void) { return __builtin_cpu_supports("pclmul"); }
#else
static uint64_t crc_by_folding(CrcName name, uint64_t value, const unsigned char *bytes, size_t length) {
  return crc_by_tables(name, value, bytes, length);
}

static bool crc_folds_here(void) { return false; }
#endif

// carryCrc(name: 0 or 1, register: 8 bytes, little-endian, bytes, folding: boolean): in place. `folding` false: by tables alone.
static napi_value crc_carry(napi_env env, napi_callback_info info) {
  napi_value arguments[ARGUMENTS_MAX];
  uint32_t name = 0;
  bool folding = false;
  Slice state, bytes;
  if (!take_arguments(env, info, arguments, 4) || napi_get_value_uint32(env, arguments[0], &name) != napi_ok || name >= CRCS ||
      !take_bytes(env, arguments[1], &state) || state.length != CRC_STATE_BYTES || !take_bytes(env, arguments[2], &bytes) ||
      napi_get_value_bool(env, arguments[3], &folding) != napi_ok)
    return refuse(env, "bad arguments");
  uint64_t value = little_endian(state.bytes);
  value = (folding && bytes.length >= 64 && crc_folds_here() ? crc_by_folding : crc_by_tables)((CrcName)name, value, bytes.bytes,
                                                                                              bytes.length);
  for (int at = 0; at < CRC_STATE_BYTES; at++) ((unsigned char *)state.bytes)[at] = (unsigned char)(value >> (8 * at));
  return NULL;
}

// ---- RC2, which old PKCS #12 files are written with --------------------------------------------------------------------

// In a library context of its own: nothing else of this process ever sees the legacy provider. Answers the length, or -1.
static int rc2_decrypt(Slice key, Slice iv, Slice ciphertext, unsigned char *out) {
  int first = 0, last = 0, length = -1;
  OSSL_LIB_CTX *library = OSSL_LIB_CTX_new();
  OSSL_PROVIDER *legacy = library == NULL ? NULL : OSSL_PROVIDER_load(library, "legacy");
  EVP_CIPHER *cipher = legacy == NULL ? NULL : EVP_CIPHER_fetch(library, key.length == 5 ? "RC2-40-CBC" : "RC2-CBC", NULL);
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  if (cipher != NULL && context != NULL && (size_t)EVP_CIPHER_get_key_length(cipher) == key.length &&
      (size_t)EVP_CIPHER_get_iv_length(cipher) == iv.length &&
      EVP_CipherInit_ex(context, cipher, NULL, key.bytes, iv.bytes, 0) == 1 &&
      EVP_CipherUpdate(context, out, &first, ciphertext.bytes, (int)ciphertext.length) == 1 &&
      EVP_CipherFinal_ex(context, out + first, &last) == 1)
    length = first + last;
  EVP_CIPHER_CTX_free(context);
  EVP_CIPHER_free(cipher);
  if (legacy != NULL) OSSL_PROVIDER_unload(legacy);
  OSSL_LIB_CTX_free(library);
  ERR_clear_error();
  return length;
}

// rc2Decrypt(key: 5 or 16 bytes, all of their bits counting; iv; ciphertext): CBC with padding; undefined where it does not open.
static napi_value rc2_decrypt_call(napi_env env, napi_callback_info info) {
  napi_value arguments[ARGUMENTS_MAX];
  Slice key, iv, ciphertext;
  if (!take_arguments(env, info, arguments, 3) || !take_bytes(env, arguments[0], &key) || !take_bytes(env, arguments[1], &iv) ||
      !take_bytes(env, arguments[2], &ciphertext) || ciphertext.length > RC2_BYTES_MAX)
    return refuse(env, "bad arguments");
  unsigned char *out = malloc(ciphertext.length + 8); // a block more, as EVP_CipherUpdate asks
  if (out == NULL) return refuse(env, "out of memory");
  int length = rc2_decrypt(key, iv, ciphertext, out);
  napi_value answer = length < 0 ? NULL : give_bytes(env, out, (size_t)length);
  OPENSSL_cleanse(out, ciphertext.length + 8);
  free(out);
  return answer;
}

// ---- Private keys ---------------------------------------------------------------------------------------------------

typedef struct {
  EVP_PKEY *key;
} Key;

static void key_finalize(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  EVP_PKEY_free(((Key *)data)->key); // private numbers are cleared by OpenSSL; NULL is welcome
  free(data);
}

static EVP_PKEY *parse_pkcs8(Slice der) {
  const unsigned char *at = der.bytes;
  PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)der.length);
  if (info == NULL) return NULL;
  EVP_PKEY *key = at == der.bytes + der.length ? EVP_PKCS82PKEY(info) : NULL; // no trailing bytes
  PKCS8_PRIV_KEY_INFO_free(info);
  return key;
}

// openKey(pkcs8): RSA to 4096 bits or EC; the caller zeroes its array.
static napi_value key_open(napi_env env, napi_callback_info info) {
  napi_value arguments[ARGUMENTS_MAX];
  Slice der;
  if (!take_arguments(env, info, arguments, 1) || !take_bytes(env, arguments[0], &der)) return refuse(env, "bad arguments");
  EVP_PKEY *parsed = parse_pkcs8(der);
  if (parsed == NULL) return refuse(env, "the private key was refused");
  int type = EVP_PKEY_get_base_id(parsed), bits = EVP_PKEY_get_bits(parsed);
  Key *key = calloc(1, sizeof(Key));
  bool fits = (type == EVP_PKEY_RSA && bits <= VALUE_BYTES_MAX * 8) || (type == EVP_PKEY_EC && bits <= COORDINATE_BYTES_MAX * 8);
  if (key == NULL || !fits) {
    EVP_PKEY_free(parsed);
    free(key);
    return refuse(env, "the private key was refused");
  }
  key->key = parsed;
  return give_open(env, key, &key_tag, key_finalize);
}

static napi_value key_close(napi_env env, napi_callback_info info) {
  napi_value arguments[ARGUMENTS_MAX];
  void *opened = NULL;
  if (!take_arguments(env, info, arguments, 1) || !take_open(env, arguments[0], &key_tag, &opened)) return refuse(env, "bad arguments");
  Key *key = opened;
  EVP_PKEY_free(key->key); // jobs under way hold their own reference
  key->key = NULL;
  return NULL;
}

// ---- Jobs -----------------------------------------------------------------------------------------------------------

// Numbers are the binding's: src/adapters/native/binding.ts.
typedef enum { RSA_DECRYPT = 0, RSA_SIGN = 1, EC_SIGN = 2, EC_VERIFY = 3, MESSAGE_SIGN = 4, MESSAGE_VERIFY = 5 } Operation;
typedef enum { FORM_ML_DSA = 0, FORM_ML_DSA_MU = 1, FORM_ED25519_PREHASHED = 2 } Form;
typedef enum { PADDING_PKCS1 = 0, PADDING_OAEP = 1, PADDING_PSS = 2 } Padding;

// A key and what is to be signed with it: the key is made of its PKCS #8 where the work is done, for ML-DSA is slow there too.
typedef struct {
  Form form;
  unsigned char key[SEEDED_KEY_BYTES_MAX], context[CONTEXT_BYTES_MAX], signature[MESSAGE_SIGNATURE_BYTES_MAX];
  size_t key_length, context_length, signature_length, length;
  unsigned char bytes[];
} Message;

typedef struct Job {
  Message *message; // of MESSAGE_SIGN and MESSAGE_VERIFY alone, which have no key
  EVP_PKEY *key;
  Operation operation;
  Padding padding;
  const EVP_MD *md; // NULL: no hash, no DigestInfo
  unsigned char value[VALUE_BYTES_MAX], signature[2 * COORDINATE_BYTES_MAX], result[VALUE_BYTES_MAX];
  size_t value_length, signature_length, result_length;
  bool succeeded;
  napi_async_work work;
  napi_deferred deferred;
} Job;

static void job_free(Job *job) {
  EVP_PKEY_free(job->key);
  if (job->message != NULL) {
    OPENSSL_cleanse(job->message, sizeof(Message) + job->message->length);
    free(job->message);
  }
  OPENSSL_cleanse(job, sizeof(Job)); // plaintexts, also of a decryption that was never fetched
  free(job);
}

static size_t coordinate_bytes(const EVP_PKEY *key) { return ((size_t)EVP_PKEY_get_bits(key) + 7) / 8; }

static bool set_rsa(EVP_PKEY_CTX *context, const Job *job) {
  switch (job->padding) {
  case PADDING_PKCS1:
    if (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1) return false;
    return job->md == NULL || job->operation == RSA_DECRYPT || EVP_PKEY_CTX_set_signature_md(context, job->md) == 1;
  case PADDING_OAEP:
    return job->operation == RSA_DECRYPT && job->md != NULL && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context, job->md) == 1 && EVP_PKEY_CTX_set_rsa_mgf1_md(context, job->md) == 1;
  case PADDING_PSS:
    return job->operation == RSA_SIGN && job->md != NULL && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(context, job->md) == 1 && EVP_PKEY_CTX_set_rsa_mgf1_md(context, job->md) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
  }
  return false;
}

// PKCS #1 v1.5 keeps OpenSSL's implicit rejection: a bad padding yields pseudo-random bytes, no oracle (key-vault.md 2.6).
static bool rsa_decrypt(EVP_PKEY_CTX *context, Job *job) {
  job->result_length = sizeof job->result;
  return EVP_PKEY_decrypt_init(context) == 1 && set_rsa(context, job) &&
         EVP_PKEY_decrypt(context, job->result, &job->result_length, job->value, job->value_length) == 1;
}

static bool rsa_sign(EVP_PKEY_CTX *context, Job *job) {
  job->result_length = sizeof job->result;
  return EVP_PKEY_sign_init(context) == 1 && set_rsa(context, job) &&
         EVP_PKEY_sign(context, job->result, &job->result_length, job->value, job->value_length) == 1;
}

// Without a signature md, EVP signs the digest as it is given. DER becomes R ‖ S of fixed width (RFC 7518 3.4).
static bool ec_sign(EVP_PKEY_CTX *context, Job *job) {
  unsigned char der[DER_SIGNATURE_BYTES_MAX];
  size_t der_length = sizeof der, width = coordinate_bytes(job->key);
  if (EVP_PKEY_sign_init(context) != 1) return false;
  if (EVP_PKEY_sign(context, der, &der_length, job->value, job->value_length) != 1) return false;
  const unsigned char *at = der;
  ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)der_length);
  if (signature == NULL) return false;
  const BIGNUM *r = NULL, *s = NULL;
  ECDSA_SIG_get0(signature, &r, &s);
  bool fits = BN_bn2binpad(r, job->result, (int)width) == (int)width && BN_bn2binpad(s, job->result + width, (int)width) == (int)width;
  ECDSA_SIG_free(signature);
  job->result_length = 2 * width;
  return fits;
}

static size_t der_signature(const Job *job, unsigned char *der) {
  size_t width = coordinate_bytes(job->key);
  if (job->signature_length != 2 * width) return 0;
  ECDSA_SIG *signature = ECDSA_SIG_new();
  BIGNUM *r = BN_bin2bn(job->signature, (int)width, NULL), *s = BN_bin2bn(job->signature + width, (int)width, NULL);
  if (signature == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(signature, r, s) != 1) {
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(signature);
    return 0;
  }
  int length = i2d_ECDSA_SIG(signature, NULL);
  if (length > 0 && length <= DER_SIGNATURE_BYTES_MAX) length = i2d_ECDSA_SIG(signature, &der);
  else length = 0;
  ECDSA_SIG_free(signature);
  return (size_t)length;
}

static bool ec_verify(EVP_PKEY_CTX *context, Job *job) {
  unsigned char der[DER_SIGNATURE_BYTES_MAX];
  size_t der_length = der_signature(job, der);
  return der_length > 0 && EVP_PKEY_verify_init(context) == 1 &&
         EVP_PKEY_verify(context, der, der_length, job->value, job->value_length) == 1;
}

// Whatever of these a form has not is not there: `mu` and `context-string` are ML-DSA's (EVP_SIGNATURE-ML-DSA(7)), `instance` is
// Ed25519's (EVP_SIGNATURE-ED25519(7)).
static void message_params(Message *message, int *is_mu, OSSL_PARAM *params) {
  static char prehashed[] = "Ed25519ph";
  switch (message->form) {
  case FORM_ML_DSA: *params++ = OSSL_PARAM_construct_octet_string("context-string", message->context, message->context_length); break;
  case FORM_ML_DSA_MU: *params++ = OSSL_PARAM_construct_int("mu", is_mu); break;
  case FORM_ED25519_PREHASHED: *params++ = OSSL_PARAM_construct_utf8_string("instance", prehashed, 0); break;
  }
  *params = OSSL_PARAM_construct_end();
}

static bool message_fits(const EVP_PKEY *key, Form form) {
  if (form == FORM_ED25519_PREHASHED) return EVP_PKEY_is_a(key, "ED25519") == 1;
  return EVP_PKEY_is_a(key, "ML-DSA-44") == 1 || EVP_PKEY_is_a(key, "ML-DSA-65") == 1 || EVP_PKEY_is_a(key, "ML-DSA-87") == 1;
}

static bool message_run(Message *message, bool verifying) {
  Slice der = {message->key, message->key_length};
  int is_mu = 1;
  OSSL_PARAM params[2];
  message_params(message, &is_mu, params);
  EVP_PKEY *key = parse_pkcs8(der);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  bool done = key != NULL && context != NULL && message_fits(key, message->form);
  if (verifying)
    done = done && EVP_DigestVerifyInit_ex(context, NULL, NULL, NULL, NULL, key, params) == 1 &&
           EVP_DigestVerify(context, message->signature, message->signature_length, message->bytes, message->length) == 1;
  else {
    message->signature_length = sizeof message->signature;
    done = done && EVP_DigestSignInit_ex(context, NULL, NULL, NULL, NULL, key, params) == 1 &&
           EVP_DigestSign(context, message->signature, &message->signature_length, message->bytes, message->length) == 1;
  }
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  ERR_clear_error();
  return done;
}

static void job_run(Job *job) {
  if (job->message != NULL) {
    job->succeeded = message_run(job->message, job->operation == MESSAGE_VERIFY);
    return;
  }
  static bool (*const operations[])(EVP_PKEY_CTX *, Job *) = {
      [RSA_DECRYPT] = rsa_decrypt, [RSA_SIGN] = rsa_sign, [EC_SIGN] = ec_sign, [EC_VERIFY] = ec_verify};
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(job->key, NULL);
  job->succeeded = context != NULL && operations[job->operation](context, job);
  EVP_PKEY_CTX_free(context);
  ERR_clear_error(); // the queue is the thread's: nothing of one key's failure may show at the next
}

static void job_execute(napi_env env, void *data) {
  (void)env;
  job_run(data);
}

// A verification answers a boolean; the others bytes, or undefined where they failed: one answer for every cause.
static napi_value job_answer(napi_env env, const Job *job) {
  napi_value answer = NULL;
  if (job->operation == EC_VERIFY || job->operation == MESSAGE_VERIFY) napi_get_boolean(env, job->succeeded, &answer);
  else if (job->succeeded && job->message != NULL) answer = give_bytes(env, job->message->signature, job->message->signature_length);
  else if (job->succeeded) answer = give_bytes(env, job->result, job->result_length);
  else napi_get_undefined(env, &answer);
  return answer;
}

static void job_complete(napi_env env, napi_status status, void *data) {
  Job *job = data;
  napi_value answer = status == napi_ok ? job_answer(env, job) : NULL;
  if (answer == NULL) napi_get_undefined(env, &answer);
  napi_resolve_deferred(env, job->deferred, answer);
  napi_delete_async_work(env, job->work);
  job_free(job);
}

static napi_value job_queue(napi_env env, Job *job) {
  napi_value promise, name;
  if (napi_create_string_utf8(env, "keystead", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_async_work(env, NULL, name, job_execute, job_complete, job, &job->work) != napi_ok) {
    job_free(job);
    return refuse(env, "out of memory");
  }
  if (napi_create_promise(env, &job->deferred, &promise) == napi_ok && napi_queue_async_work(env, job->work) == napi_ok) return promise;
  napi_delete_async_work(env, job->work);
  job_free(job);
  return refuse(env, "the work was not queued");
}

static napi_value job_inline(napi_env env, Job *job) {
  job_run(job);
  napi_value answer = job_answer(env, job);
  job_free(job);
  return answer;
}

static napi_value job_start(napi_env env, const Job *wanted, napi_value inline_value) {
  bool now = false;
  if (napi_get_value_bool(env, inline_value, &now) != napi_ok) return refuse(env, "bad arguments");
  Job *job = malloc(sizeof(Job));
  if (job == NULL) return refuse(env, "out of memory");
  *job = *wanted;
  if (EVP_PKEY_up_ref(job->key) != 1) {
    free(job);
    return refuse(env, "out of memory");
  }
  return now ? job_inline(env, job) : job_queue(env, job);
}

static bool take_key(napi_env env, napi_value value, int type, Job *job) {
  void *opened = NULL;
  if (!take_open(env, value, &key_tag, &opened)) return false;
  job->key = ((Key *)opened)->key;
  return job->key != NULL && EVP_PKEY_get_base_id(job->key) == type;
}

static bool take_value(napi_env env, napi_value value, Job *job) {
  Slice bytes;
  if (!take_bytes(env, value, &bytes) || bytes.length > sizeof job->value) return false;
  if (bytes.length > 0) memcpy(job->value, bytes.bytes, bytes.length);
  job->value_length = bytes.length;
  return true;
}

static bool take_scheme(napi_env env, napi_value padding_value, napi_value hash_value, Job *job) {
  uint32_t padding = 0, hash_bits = 0;
  if (napi_get_value_uint32(env, padding_value, &padding) != napi_ok || padding > PADDING_PSS) return false;
  if (napi_get_value_uint32(env, hash_value, &hash_bits) != napi_ok) return false;
  job->padding = (Padding)padding;
  switch (hash_bits) {
  case 0: job->md = NULL; return true;
  case 160: job->md = EVP_sha1(); return true;
  case 256: job->md = EVP_sha256(); return true;
  case 384: job->md = EVP_sha384(); return true;
  case 512: job->md = EVP_sha512(); return true;
  }
  return false;
}

// rsaDecrypt / rsaSign(key, value, padding, hashBits, inline)
static napi_value rsa_start(napi_env env, napi_callback_info info, Operation operation) {
  napi_value arguments[ARGUMENTS_MAX];
  Job job = {.operation = operation};
  if (!take_arguments(env, info, arguments, 5) || !take_key(env, arguments[0], EVP_PKEY_RSA, &job) ||
      !take_value(env, arguments[1], &job) || !take_scheme(env, arguments[2], arguments[3], &job))
    return refuse(env, "bad arguments");
  napi_value answer = job_start(env, &job, arguments[4]);
  OPENSSL_cleanse(&job, sizeof job);
  return answer;
}

static napi_value rsa_decrypt_start(napi_env env, napi_callback_info info) { return rsa_start(env, info, RSA_DECRYPT); }
static napi_value rsa_sign_start(napi_env env, napi_callback_info info) { return rsa_start(env, info, RSA_SIGN); }

// ecSign(key, digest, inline)
static napi_value ec_sign_start(napi_env env, napi_callback_info info) {
  napi_value arguments[ARGUMENTS_MAX];
  Job job = {.operation = EC_SIGN};
  if (!take_arguments(env, info, arguments, 3) || !take_key(env, arguments[0], EVP_PKEY_EC, &job) || !take_value(env, arguments[1], &job))
    return refuse(env, "bad arguments");
  return job_start(env, &job, arguments[2]);
}

// ecVerify(key, digest, signature, inline): false for a signature of another width.
static napi_value ec_verify_start(napi_env env, napi_callback_info info) {
  napi_value arguments[ARGUMENTS_MAX];
  Job job = {.operation = EC_VERIFY};
  Slice signature;
  if (!take_arguments(env, info, arguments, 4) || !take_key(env, arguments[0], EVP_PKEY_EC, &job) ||
      !take_value(env, arguments[1], &job) || !take_bytes(env, arguments[2], &signature))
    return refuse(env, "bad arguments");
  if (signature.length <= sizeof job.signature) {
    if (signature.length > 0) memcpy(job.signature, signature.bytes, signature.length);
    job.signature_length = signature.length;
  }
  return job_start(env, &job, arguments[3]);
}

static bool copy_bytes(Slice from, unsigned char *into, size_t most, size_t *length) {
  if (from.length > most) return false;
  if (from.length > 0) memcpy(into, from.bytes, from.length);
  *length = from.length;
  return true;
}

// Everything is copied before the call returns: the caller zeroes its arrays.
static Message *take_message(napi_env env, const napi_value *arguments, const napi_value *signature_value) {
  uint32_t form = 0;
  Slice key, bytes, context, signature = {NULL, 0};
  if (!take_bytes(env, arguments[0], &key) || napi_get_value_uint32(env, arguments[1], &form) != napi_ok ||
      form > FORM_ED25519_PREHASHED || !take_bytes(env, arguments[2], &bytes) || bytes.length > MESSAGE_BYTES_MAX ||
      !take_bytes(env, arguments[3], &context) || (signature_value != NULL && !take_bytes(env, *signature_value, &signature)))
    return NULL;
  Message *message = calloc(1, sizeof(Message) + bytes.length);
  if (message == NULL) return NULL;
  message->form = (Form)form;
  if (copy_bytes(key, message->key, sizeof message->key, &message->key_length) &&
      copy_bytes(context, message->context, sizeof message->context, &message->context_length) &&
      copy_bytes(signature, message->signature, sizeof message->signature, &message->signature_length) &&
      copy_bytes(bytes, message->bytes, bytes.length, &message->length))
    return message;
  OPENSSL_cleanse(message, sizeof(Message));
  free(message);
  return NULL;
}

static napi_value message_start(napi_env env, Message *message, Operation operation, napi_value inline_value) {
  bool now = false;
  Job *job = calloc(1, sizeof(Job));
  if (job == NULL || message == NULL || napi_get_value_bool(env, inline_value, &now) != napi_ok) {
    if (message != NULL) OPENSSL_cleanse(message, sizeof(Message));
    free(message);
    free(job);
    return refuse(env, "bad arguments");
  }
  job->message = message;
  job->operation = operation;
  return now ? job_inline(env, job) : job_queue(env, job);
}

// messageSign(pkcs8, form, message, context, inline)
static napi_value message_sign_start(napi_env env, napi_callback_info info) {
  napi_value arguments[ARGUMENTS_MAX];
  if (!take_arguments(env, info, arguments, 5)) return refuse(env, "bad arguments");
  return message_start(env, take_message(env, arguments, NULL), MESSAGE_SIGN, arguments[4]);
}

// messageVerify(pkcs8, form, message, context, signature, inline)
static napi_value message_verify_start(napi_env env, napi_callback_info info) {
  napi_value arguments[ARGUMENTS_MAX];
  if (!take_arguments(env, info, arguments, 6)) return refuse(env, "bad arguments");
  return message_start(env, take_message(env, arguments, &arguments[4]), MESSAGE_VERIFY, arguments[5]);
}

// ---- Exports --------------------------------------------------------------------------------------------------------

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"openSectors", NULL, sectors_open, NULL, NULL, NULL, napi_enumerable, NULL},
      {"cipherSectors", NULL, sectors_cipher, NULL, NULL, NULL, napi_enumerable, NULL},
      {"readSectors", NULL, sectors_read, NULL, NULL, NULL, napi_enumerable, NULL},
      {"writeSectors", NULL, sectors_write, NULL, NULL, NULL, napi_enumerable, NULL},
      {"sendRoom", NULL, send_room, NULL, NULL, NULL, napi_enumerable, NULL},
      {"closeSectors", NULL, sectors_close, NULL, NULL, NULL, napi_enumerable, NULL},
      {"openBoxes", NULL, boxes_open, NULL, NULL, NULL, napi_enumerable, NULL},
      {"deriveBoxes", NULL, boxes_derive, NULL, NULL, NULL, napi_enumerable, NULL},
      {"sealBox", NULL, box_seal, NULL, NULL, NULL, napi_enumerable, NULL},
      {"openBox", NULL, box_open, NULL, NULL, NULL, napi_enumerable, NULL},
      {"closeBoxes", NULL, boxes_close, NULL, NULL, NULL, napi_enumerable, NULL},
      {"openMac", NULL, mac_open, NULL, NULL, NULL, napi_enumerable, NULL},
      {"mac", NULL, mac_call, NULL, NULL, NULL, napi_enumerable, NULL},
      {"sealDerived", NULL, derived_seal, NULL, NULL, NULL, napi_enumerable, NULL},
      {"openDerived", NULL, derived_open, NULL, NULL, NULL, napi_enumerable, NULL},
      {"carryCrc", NULL, crc_carry, NULL, NULL, NULL, napi_enumerable, NULL},
      {"rc2Decrypt", NULL, rc2_decrypt_call, NULL, NULL, NULL, napi_enumerable, NULL},
      {"openKey", NULL, key_open, NULL, NULL, NULL, napi_enumerable, NULL},
      {"closeKey", NULL, key_close, NULL, NULL, NULL, napi_enumerable, NULL},
      {"rsaDecrypt", NULL, rsa_decrypt_start, NULL, NULL, NULL, napi_enumerable, NULL},
      {"rsaSign", NULL, rsa_sign_start, NULL, NULL, NULL, napi_enumerable, NULL},
      {"ecSign", NULL, ec_sign_start, NULL, NULL, NULL, napi_enumerable, NULL},
      {"ecVerify", NULL, ec_verify_start, NULL, NULL, NULL, napi_enumerable, NULL},
      {"messageSign", NULL, message_sign_start, NULL, NULL, NULL, napi_enumerable, NULL},
      {"messageVerify", NULL, message_verify_start, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  if (napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions) != napi_ok) return NULL;
  return exports;
}
