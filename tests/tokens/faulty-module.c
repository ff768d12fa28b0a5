// A PKCS #11 module for tests of what happens when one fails: SoftHSM's, whose path is in KEYSTEAD_TEST_MODULE, with one fault. What C_Encrypt
// does is the word in the file KEYSTEAD_TEST_FAULT: crash, hang, lost (once), scribble. Every C_Login leaves a byte in the file KEYSTEAD_TEST_LOGINS.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long CK_ULONG;
typedef CK_ULONG (*Encrypt)(CK_ULONG session, const unsigned char *in, CK_ULONG length, unsigned char *out, CK_ULONG *out_length);
typedef CK_ULONG (*Login)(CK_ULONG session, CK_ULONG user, const unsigned char *pin, CK_ULONG length);

// CK_FUNCTION_LIST: a version, then 68 functions; C_Login is the 19th, C_Encrypt the 31st.
enum { FUNCTIONS = 68, LOGIN = 18, ENCRYPT = 30, CKR_SESSION_HANDLE_INVALID = 0xb3 };
typedef struct {
  unsigned char version[2];
  void *functions[FUNCTIONS];
} List;

static List list;
static Encrypt real_encrypt;
static Login real_login;

static CK_ULONG encrypt(CK_ULONG session, const unsigned char *in, CK_ULONG length, unsigned char *out, CK_ULONG *out_length) {
  char word[16] = {0};
  const char *path = getenv("KEYSTEAD_TEST_FAULT");
  int file = path == NULL ? -1 : open(path, O_RDONLY);
  if (file >= 0) {
    if (read(file, word, sizeof word - 1) < 0) abort();
    close(file);
  }
  if (strcmp(word, "crash") == 0) abort();
  if (strcmp(word, "hang") == 0) pause();
  if (strcmp(word, "scribble") == 0 && write(STDOUT_FILENO, "no frame at all, whatever it may be", 35) < 0) abort();
  if (strcmp(word, "lost") == 0) {
    unlink(path);
    return CKR_SESSION_HANDLE_INVALID;
  }
  return real_encrypt(session, in, length, out, out_length);
}

static CK_ULONG login(CK_ULONG session, CK_ULONG user, const unsigned char *pin, CK_ULONG length) {
  const char *path = getenv("KEYSTEAD_TEST_LOGINS");
  int file = path == NULL ? -1 : open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
  if (file >= 0) {
    if (write(file, "x", 1) < 0) abort();
    close(file);
  }
  return real_login(session, user, pin, length);
}

CK_ULONG C_GetFunctionList(List **into) {
  void *library = dlopen(getenv("KEYSTEAD_TEST_MODULE"), RTLD_NOW | RTLD_LOCAL);
  CK_ULONG (*get_list)(List **) = NULL;
  if (library != NULL) *(void **)&get_list = dlsym(library, "C_GetFunctionList");
  List *real = NULL;
  if (get_list == NULL || get_list(&real) != 0) return 5;
  list = *real;
  real_encrypt = (Encrypt)real->functions[ENCRYPT];
  real_login = (Login)real->functions[LOGIN];
  list.functions[ENCRYPT] = (void *)encrypt;
  list.functions[LOGIN] = (void *)login;
  *into = &list;
  return 0;
}
