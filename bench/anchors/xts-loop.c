// The bare loops that the product's XTS is judged by: the OpenSSL of the running node, one EVP_CipherUpdate a unit. What `openssl speed`
// does sets the tweak once for all units; with `tweaks` each unit gets its own, as it must to be another unit.
// Built by bench/anchors/xts-loop.ts for the run; no part of the product.
#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

typedef struct evp_cipher_ctx_st EVP_CIPHER_CTX;
typedef struct evp_cipher_st EVP_CIPHER;
typedef struct engine_st ENGINE;
extern EVP_CIPHER_CTX *EVP_CIPHER_CTX_new(void);
extern void EVP_CIPHER_CTX_free(EVP_CIPHER_CTX *context);
extern const EVP_CIPHER *EVP_aes_256_xts(void);
extern int EVP_CipherInit_ex(EVP_CIPHER_CTX *context, const EVP_CIPHER *cipher, ENGINE *engine, const unsigned char *key,
                             const unsigned char *iv, int encrypt);
extern int EVP_CipherUpdate(EVP_CIPHER_CTX *context, unsigned char *out, int *written, const unsigned char *in, int length);

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// loop(encrypt, unitBytes, bytes, milliseconds, tweaks): units over and over in place for so long; bytes a second. Time is this thread's own.
static napi_value loop(napi_env env, napi_callback_info info) {
  size_t count = 5, length = 0;
  napi_value arguments[5], answer;
  bool encrypt = false, tweaks = false;
  uint32_t unit = 0, milliseconds = 0;
  void *bytes = NULL;
  unsigned char key[64], tweak[16] = {1};
  for (int i = 0; i < 64; i++) key[i] = (unsigned char)(3 * i);
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count != 5) return NULL;
  if (napi_get_value_bool(env, arguments[0], &encrypt) != napi_ok || napi_get_value_uint32(env, arguments[1], &unit) != napi_ok ||
      napi_get_typedarray_info(env, arguments[2], NULL, &length, &bytes, NULL, NULL) != napi_ok ||
      napi_get_value_uint32(env, arguments[3], &milliseconds) != napi_ok || napi_get_value_bool(env, arguments[4], &tweaks) != napi_ok || unit == 0 || length % unit != 0)
    return NULL;
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  bool well = context != NULL && EVP_CipherInit_ex(context, EVP_aes_256_xts(), NULL, key, tweak, encrypt) == 1;
  int64_t started = nanoseconds(), ended = started, done = 0;
  while (well && ended - started < (int64_t)milliseconds * 1000000) {
    for (size_t at = 0; well && at < length; at += unit) {
      int written = 0;
      tweak[0]++;
      if (tweaks) well = EVP_CipherInit_ex(context, NULL, NULL, NULL, tweak, -1) == 1;
      unsigned char *here = (unsigned char *)bytes + at;
      well = well && EVP_CipherUpdate(context, here, &written, here, (int)unit) == 1 && written == (int)unit;
    }
    done += (int64_t)length;
    ended = nanoseconds();
  }
  EVP_CIPHER_CTX_free(context);
  if (!well || napi_create_double(env, (double)done * 1e9 / (double)(ended - started), &answer) != napi_ok) return NULL;
  return answer;
}

NAPI_MODULE_INIT() {
  napi_value function;
  if (napi_create_function(env, "loop", NAPI_AUTO_LENGTH, loop, NULL, &function) == napi_ok)
    napi_set_named_property(env, exports, "loop", function);
  return exports;
}
