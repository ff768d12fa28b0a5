// A process of its own around a vendor's PKCS #11 module (decision 0011): what crashes, hangs or scribbles in there takes this process with
// it and no more. Reads requests from standard input, answers on standard output, ends when its input ends. The PIN comes with the first
// request and is wiped when the token has taken it. Nothing here judges: names of failures are the adapter's (src/adapters/pkcs11).
//
// A frame is u32 length ‖ u32 number ‖ u8 verb or status ‖ u32 code (answers alone) ‖ fields, each u32 length ‖ bytes; big-endian.
// Road of a request: main thread reads it → queue → one of the workers, each with a session of its own → answer, one at a time.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

// ---- PKCS #11 2.40, as its specification has it (OASIS, "Cryptographic Token Interface Base Specification") ----------

typedef unsigned char CK_BYTE;
typedef unsigned long CK_ULONG;
typedef CK_ULONG CK_RV;
typedef CK_ULONG CK_HANDLE;

typedef struct {
  CK_ULONG type;
  void *value;
  CK_ULONG length;
} CK_ATTRIBUTE;

typedef struct {
  CK_ULONG mechanism;
  void *parameter;
  CK_ULONG length;
} CK_MECHANISM;

typedef struct {
  CK_BYTE *iv;
  CK_ULONG iv_length, iv_bits;
  const CK_BYTE *aad;
  CK_ULONG aad_length, tag_bits;
} CK_GCM_PARAMS;

typedef struct {
  CK_BYTE major, minor;
} CK_VERSION;

typedef struct {
  CK_BYTE label[32], manufacturer[32], model[16], serial[16];
  CK_ULONG flags, counts[10];
  CK_VERSION hardware, firmware;
  CK_BYTE time[16];
} CK_TOKEN_INFO;

typedef struct {
  CK_ULONG smallest, largest, flags; // sizes of keys, here in bytes
} CK_MECHANISM_INFO;

typedef struct {
  void *create, *destroy, *lock, *unlock;
  CK_ULONG flags;
  void *reserved;
} CK_INITIALIZE_ARGS;

typedef CK_RV (*CK_ANY)(void);

// In the order of the specification; what is not called here has its place alone.
typedef struct {
  CK_VERSION version;
  CK_RV (*initialize)(CK_INITIALIZE_ARGS *arguments);
  CK_ANY finalize, get_info, get_function_list;
  CK_RV (*get_slot_list)(CK_BYTE present, CK_ULONG *slots, CK_ULONG *count);
  CK_ANY get_slot_info;
  CK_RV (*get_token_info)(CK_ULONG slot, CK_TOKEN_INFO *info);
  CK_ANY get_mechanism_list;
  CK_RV (*get_mechanism_info)(CK_ULONG slot, CK_ULONG mechanism, CK_MECHANISM_INFO *info);
  CK_ANY init_token, init_pin, set_pin;
  CK_RV (*open_session)(CK_ULONG slot, CK_ULONG flags, void *application, void *notify, CK_HANDLE *session);
  CK_ANY close_session, close_all_sessions, get_session_info, get_operation_state, set_operation_state;
  CK_RV (*login)(CK_HANDLE session, CK_ULONG user, const CK_BYTE *pin, CK_ULONG length);
  CK_ANY logout, create_object, copy_object;
  CK_RV (*destroy_object)(CK_HANDLE session, CK_HANDLE object);
  CK_ANY get_object_size;
  CK_RV (*get_attribute_value)(CK_HANDLE session, CK_HANDLE object, CK_ATTRIBUTE *attributes, CK_ULONG count);
  CK_ANY set_attribute_value;
  CK_RV (*find_objects_init)(CK_HANDLE session, CK_ATTRIBUTE *attributes, CK_ULONG count);
  CK_RV (*find_objects)(CK_HANDLE session, CK_HANDLE *objects, CK_ULONG max, CK_ULONG *count);
  CK_RV (*find_objects_final)(CK_HANDLE session);
  CK_RV (*encrypt_init)(CK_HANDLE session, CK_MECHANISM *mechanism, CK_HANDLE key);
  CK_RV (*encrypt)(CK_HANDLE session, const CK_BYTE *in, CK_ULONG in_length, CK_BYTE *out, CK_ULONG *out_length);
  CK_ANY encrypt_update, encrypt_final;
  CK_RV (*decrypt_init)(CK_HANDLE session, CK_MECHANISM *mechanism, CK_HANDLE key);
  CK_RV (*decrypt)(CK_HANDLE session, const CK_BYTE *in, CK_ULONG in_length, CK_BYTE *out, CK_ULONG *out_length);
  CK_ANY decrypt_update, decrypt_final, digests[5], signatures[6], verifications[6], doubles[4];
  CK_RV (*generate_key)(CK_HANDLE session, CK_MECHANISM *mechanism, CK_ATTRIBUTE *attributes, CK_ULONG count, CK_HANDLE *key);
  CK_ANY generate_key_pair, wrap_key, unwrap_key, derive_key, seed_random;
  CK_RV (*generate_random)(CK_HANDLE session, CK_BYTE *bytes, CK_ULONG length);
  CK_ANY get_function_status, cancel_function, wait_for_slot_event;
} CK_FUNCTION_LIST;

enum { CKR_OK = 0, CKR_USER_ALREADY_LOGGED_IN = 0x100 };
enum { CKF_OS_LOCKING_OK = 2, CKF_RW_SESSION = 2, CKF_SERIAL_SESSION = 4, CKF_ENCRYPT = 0x100, CKF_DECRYPT = 0x200 };
enum { CKF_LOGIN_REQUIRED = 4, CKF_USER_PIN_FINAL_TRY = 0x20000 };
enum { CKU_USER = 1, CKO_SECRET_KEY = 4, CKK_AES = 0x1f, CKM_AES_KEY_GEN = 0x1080, CKM_AES_GCM = 0x1087 };
enum { CKA_CLASS = 0, CKA_TOKEN = 1, CKA_PRIVATE = 2, CKA_LABEL = 3, CKA_KEY_TYPE = 0x100, CKA_ID = 0x102, CKA_SENSITIVE = 0x103 };
enum { CKA_ENCRYPT = 0x104, CKA_DECRYPT = 0x105, CKA_WRAP = 0x106, CKA_UNWRAP = 0x107, CKA_SIGN = 0x108, CKA_VERIFY = 0x10a };
enum { CKA_DERIVE = 0x10c, CKA_VALUE_LEN = 0x161, CKA_EXTRACTABLE = 0x162, CKA_MODIFIABLE = 0x170 };

// ---- What is asked, and how it ends ----------------------------------------------------------------------------------

enum { VERB_OPEN = 1, VERB_FIND, VERB_GENERATE, VERB_SEAL, VERB_UNSEAL, VERB_DESTROY, VERB_RANDOM };
enum { STATUS_DONE = 0, STATUS_MODULE = 1, STATUS_HOST = 2 };
// Numbers of src/adapters/pkcs11/failures.ts.
enum {
  HOST_BAD_REQUEST = 1,
  HOST_MODULE_UNLOADABLE,
  HOST_TOKEN_MISSING,
  HOST_TOKEN_AMBIGUOUS,
  HOST_PIN_FINAL_TRY,
  HOST_MECHANISM_MISSING,
  HOST_KEY_MISSING,
  HOST_KEY_AMBIGUOUS,
  HOST_KEY_EXPOSED
};

enum { FRAME_MAX = 1 << 17, FIELDS_MAX = 5, IV_BYTES = 12, TAG_BYTES = 16, KEY_BYTES = 32, WORKERS_MAX = 64, KNOWN_MAX = 1024 };

typedef struct {
  CK_BYTE *bytes;
  uint32_t length;
} Field;

typedef struct Request {
  struct Request *next;
  uint32_t number, frame_length;
  CK_BYTE verb, *frame;
  int count;
  Field fields[FIELDS_MAX];
} Request;

typedef struct {
  CK_BYTE status;
  CK_ULONG code;
  int count;
  Field fields[FIELDS_MAX];
} Answer;

// Keys that were looked up, so that a token is not searched at each use; one place a name, the later takes it.
typedef struct {
  CK_HANDLE object;
  uint32_t length;
  CK_BYTE name[160];
} Known;

static CK_FUNCTION_LIST *module;
static CK_ULONG slot;
static Known known[KNOWN_MAX];
static Request *first, *last;
static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER, answer_lock = PTHREAD_MUTEX_INITIALIZER, known_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t queue_filled = PTHREAD_COND_INITIALIZER;

static void wipe(void *memory, size_t length) {
  volatile CK_BYTE *at = memory;
  while (length-- > 0) *at++ = 0;
}

static uint32_t read_u32(const CK_BYTE *at) { return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]; }

static void write_u32(CK_BYTE *at, uint32_t value) {
  for (int i = 0; i < 4; i++) at[i] = (CK_BYTE)(value >> (24 - 8 * i));
}

static bool read_all(CK_BYTE *into, size_t length) {
  while (length > 0) {
    ssize_t got = read(STDIN_FILENO, into, length);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into += got, length -= (size_t)got;
  }
  return true;
}

static void write_all(const CK_BYTE *from, size_t length) {
  while (length > 0) {
    ssize_t put = write(STDOUT_FILENO, from, length);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) _exit(0); // nobody listens any more
    from += put, length -= (size_t)put;
  }
}

static void answer_with(uint32_t number, const Answer *answer) {
  size_t length = 9;
  for (int i = 0; i < answer->count; i++) length += 4 + answer->fields[i].length;
  CK_BYTE *frame = malloc(4 + length), *at = frame + 13;
  if (frame == NULL) _exit(1);
  write_u32(frame, (uint32_t)length);
  write_u32(frame + 4, number);
  frame[8] = answer->status;
  write_u32(frame + 9, (uint32_t)answer->code);
  for (int i = 0; i < answer->count; i++) {
    write_u32(at, answer->fields[i].length);
    if (answer->fields[i].length > 0) memcpy(at + 4, answer->fields[i].bytes, answer->fields[i].length);
    at += 4 + answer->fields[i].length;
  }
  pthread_mutex_lock(&answer_lock);
  write_all(frame, 4 + length);
  pthread_mutex_unlock(&answer_lock);
  wipe(frame, 4 + length);
  free(frame);
}

static Answer done(void) { return (Answer){.status = STATUS_DONE}; }
static Answer by_module(CK_RV code) { return (Answer){.status = STATUS_MODULE, .code = code}; }
static Answer by_host(CK_ULONG code) { return (Answer){.status = STATUS_HOST, .code = code}; }

// The answer's fields are borrowed until it is written; whoever gives bytes frees them.
static void add_field(Answer *answer, void *bytes, size_t length) {
  answer->fields[answer->count++] = (Field){.bytes = bytes, .length = (uint32_t)length};
}

// ---- Keys by their name: CKA_LABEL and CKA_ID -------------------------------------------------------------------------

static Known *place_of(const Field *label, const Field *id, CK_BYTE *name, uint32_t *length) {
  *length = 4 + label->length + id->length;
  if (*length > sizeof(known[0].name)) return NULL;
  write_u32(name, label->length);
  memcpy(name + 4, label->bytes, label->length);
  memcpy(name + 4 + label->length, id->bytes, id->length);
  uint32_t hash = 2166136261u;
  for (uint32_t i = 0; i < *length; i++) hash = (hash ^ name[i]) * 16777619u;
  return &known[hash % KNOWN_MAX];
}

static bool recall(const Field *label, const Field *id, CK_HANDLE *object) {
  CK_BYTE name[sizeof(known[0].name)];
  uint32_t length;
  Known *place = place_of(label, id, name, &length);
  if (place == NULL) return false;
  pthread_mutex_lock(&known_lock);
  bool same = place->length == length && memcmp(place->name, name, length) == 0;
  if (same) *object = place->object;
  pthread_mutex_unlock(&known_lock);
  return same;
}

// `object` NULL: forgotten.
static void remember(const Field *label, const Field *id, const CK_HANDLE *object) {
  CK_BYTE name[sizeof(known[0].name)];
  uint32_t length;
  Known *place = place_of(label, id, name, &length);
  if (place == NULL) return;
  pthread_mutex_lock(&known_lock);
  place->length = object == NULL ? 0 : length;
  if (object != NULL) {
    place->object = *object;
    memcpy(place->name, name, length);
  }
  pthread_mutex_unlock(&known_lock);
}

// A key that could be read out of the token, or is no AES-256, is none of ours, whoever put it there.
static Answer judge(CK_HANDLE session, CK_HANDLE object) {
  CK_BYTE sensitive = 0, extractable = 1;
  CK_ULONG type = 0, length = 0;
  CK_ATTRIBUTE facts[] = {{CKA_SENSITIVE, &sensitive, sizeof sensitive},
                          {CKA_EXTRACTABLE, &extractable, sizeof extractable},
                          {CKA_KEY_TYPE, &type, sizeof type},
                          {CKA_VALUE_LEN, &length, sizeof length}};
  CK_RV code = module->get_attribute_value(session, object, facts, 4);
  if (code != CKR_OK) return by_module(code);
  return sensitive == 1 && extractable == 0 && type == CKK_AES && length == KEY_BYTES ? done() : by_host(HOST_KEY_EXPOSED);
}

static Answer find(CK_HANDLE session, const Field *label, const Field *id, CK_HANDLE *object) {
  if (recall(label, id, object)) return done();
  CK_ULONG class = CKO_SECRET_KEY, count = 0;
  CK_BYTE yes = 1;
  CK_ATTRIBUTE wanted[] = {{CKA_CLASS, &class, sizeof class},
                           {CKA_TOKEN, &yes, sizeof yes},
                           {CKA_LABEL, label->bytes, label->length},
                           {CKA_ID, id->bytes, id->length}};
  CK_HANDLE objects[2];
  CK_RV code = module->find_objects_init(session, wanted, 4);
  if (code != CKR_OK) return by_module(code);
  code = module->find_objects(session, objects, 2, &count);
  CK_RV ended = module->find_objects_final(session);
  if (code != CKR_OK || ended != CKR_OK) return by_module(code != CKR_OK ? code : ended);
  if (count != 1) return by_host(count == 0 ? HOST_KEY_MISSING : HOST_KEY_AMBIGUOUS);
  Answer judged = judge(session, objects[0]);
  if (judged.status != STATUS_DONE) return judged;
  *object = objects[0];
  remember(label, id, object);
  return done();
}

static Answer generate(CK_HANDLE session, const Field *label, const Field *id) {
  CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
  CK_ULONG class = CKO_SECRET_KEY, type = CKK_AES, length = KEY_BYTES;
  CK_BYTE yes = 1, no = 0;
  CK_ATTRIBUTE wanted[] = {{CKA_CLASS, &class, sizeof class},
                           {CKA_KEY_TYPE, &type, sizeof type},
                           {CKA_VALUE_LEN, &length, sizeof length},
                           {CKA_LABEL, label->bytes, label->length},
                           {CKA_ID, id->bytes, id->length},
                           {CKA_TOKEN, &yes, 1},
                           {CKA_PRIVATE, &yes, 1},
                           {CKA_SENSITIVE, &yes, 1},
                           {CKA_EXTRACTABLE, &no, 1},
                           {CKA_MODIFIABLE, &no, 1},
                           {CKA_ENCRYPT, &yes, 1},
                           {CKA_DECRYPT, &yes, 1},
                           {CKA_WRAP, &no, 1},
                           {CKA_UNWRAP, &no, 1},
                           {CKA_SIGN, &no, 1},
                           {CKA_VERIFY, &no, 1},
                           {CKA_DERIVE, &no, 1}};
  CK_HANDLE object;
  CK_RV code = module->generate_key(session, &mechanism, wanted, sizeof wanted / sizeof wanted[0], &object);
  if (code != CKR_OK) return by_module(code);
  // A token that does not keep to what it was told has made a key that can be read: it goes again.
  Answer judged = judge(session, object);
  if (judged.status != STATUS_DONE) module->destroy_object(session, object);
  return judged;
}

// ---- AES-256-GCM ------------------------------------------------------------------------------------------------------

static Answer cipher(CK_HANDLE session, const Request *request, bool sealing) {
  const Field *iv = &request->fields[2], *aad = &request->fields[3], *in = &request->fields[4];
  CK_HANDLE object;
  if (iv->length != IV_BYTES || (!sealing && in->length < TAG_BYTES)) return by_host(HOST_BAD_REQUEST);
  Answer found = find(session, &request->fields[0], &request->fields[1], &object);
  if (found.status != STATUS_DONE) return found;
  // A token that insists on an IV of its own writes it over the one that it was given.
  CK_GCM_PARAMS gcm = {iv->bytes, IV_BYTES, IV_BYTES * 8, aad->bytes, aad->length, TAG_BYTES * 8};
  CK_MECHANISM mechanism = {CKM_AES_GCM, &gcm, sizeof gcm};
  CK_ULONG length = in->length + 2 * TAG_BYTES;
  CK_BYTE *out = malloc(length);
  if (out == NULL) _exit(1);
  CK_RV code = sealing ? module->encrypt_init(session, &mechanism, object) : module->decrypt_init(session, &mechanism, object);
  if (code == CKR_OK)
    code = sealing ? module->encrypt(session, in->bytes, in->length, out, &length)
                   : module->decrypt(session, in->bytes, in->length, out, &length);
  CK_ULONG expected = sealing ? in->length + TAG_BYTES : in->length - TAG_BYTES;
  Answer answer = code == CKR_OK && length != expected ? by_host(HOST_BAD_REQUEST) : code == CKR_OK ? done() : by_module(code);
  if (answer.status != STATUS_DONE) {
    wipe(out, in->length + 2 * TAG_BYTES);
    free(out);
    remember(&request->fields[0], &request->fields[1], NULL);
    return answer;
  }
  add_field(&answer, iv->bytes, IV_BYTES);
  add_field(&answer, out, length);
  return answer;
}

static Answer random_bytes(CK_HANDLE session, const Field *wanted) {
  if (wanted->length != 4 || read_u32(wanted->bytes) > FRAME_MAX / 2) return by_host(HOST_BAD_REQUEST);
  CK_ULONG length = read_u32(wanted->bytes);
  CK_BYTE *out = malloc(length + 1);
  if (out == NULL) _exit(1);
  CK_RV code = module->generate_random(session, out, length);
  Answer answer = code == CKR_OK ? done() : by_module(code);
  if (code == CKR_OK) add_field(&answer, out, length);
  else free(out);
  return answer;
}

static Answer destroy(CK_HANDLE session, const Field *label, const Field *id) {
  CK_HANDLE object;
  Answer found = find(session, label, id, &object);
  if (found.status != STATUS_DONE) return found;
  remember(label, id, NULL);
  CK_RV code = module->destroy_object(session, object);
  return code == CKR_OK ? done() : by_module(code);
}

// ---- The token is opened once in the life of the process --------------------------------------------------------------

static Answer load(const Field *path) {
  char name[4096];
  if (path->length == 0 || path->length >= sizeof name) return by_host(HOST_BAD_REQUEST);
  memcpy(name, path->bytes, path->length);
  name[path->length] = '\0';
  void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  CK_RV (*get_list)(CK_FUNCTION_LIST **) = NULL;
  if (library != NULL) *(void **)&get_list = dlsym(library, "C_GetFunctionList");
  if (get_list == NULL || get_list(&module) != CKR_OK || module == NULL || module->version.major < 2) return by_host(HOST_MODULE_UNLOADABLE);
  CK_INITIALIZE_ARGS arguments = {.flags = CKF_OS_LOCKING_OK};
  CK_RV code = module->initialize(&arguments);
  return code == CKR_OK ? done() : by_module(code);
}

// Labels are padded with blanks to 32 bytes.
static bool is_labelled(const CK_TOKEN_INFO *info, const Field *label) {
  CK_BYTE padded[sizeof info->label];
  if (label->length > sizeof padded) return false;
  memset(padded, ' ', sizeof padded);
  memcpy(padded, label->bytes, label->length);
  return memcmp(info->label, padded, sizeof padded) == 0;
}

static Answer find_token(const Field *label, CK_TOKEN_INFO *found) {
  CK_ULONG slots[256], count = 256, matches = 0;
  CK_RV code = module->get_slot_list(1, slots, &count);
  if (code != CKR_OK) return by_module(code);
  for (CK_ULONG i = 0; i < count; i++) {
    CK_TOKEN_INFO info;
    if (module->get_token_info(slots[i], &info) != CKR_OK || !is_labelled(&info, label)) continue;
    *found = info;
    slot = slots[i];
    matches++;
  }
  return matches == 1 ? done() : by_host(matches == 0 ? HOST_TOKEN_MISSING : HOST_TOKEN_AMBIGUOUS);
}

static Answer log_in(CK_HANDLE session, const CK_TOKEN_INFO *info, Field *pin) {
  // The next wrong one locks the token: no program risks that.
  if (info->flags & CKF_USER_PIN_FINAL_TRY) return by_host(HOST_PIN_FINAL_TRY);
  CK_RV code = module->login(session, CKU_USER, pin->bytes, pin->length);
  wipe(pin->bytes, pin->length);
  return code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN ? done() : by_module(code);
}

static void *work(void *argument);

// open(path of the module, label of the token, PIN or nothing, u32 sessions): logs in where there is a PIN; answers with the serial number, model and manufacturer.
static Answer open_token(Request *request, CK_TOKEN_INFO *info) {
  CK_HANDLE sessions[WORKERS_MAX];
  uint32_t wanted = request->fields[3].length == 4 ? read_u32(request->fields[3].bytes) : 0;
  if (module != NULL || wanted == 0 || wanted > WORKERS_MAX) return by_host(HOST_BAD_REQUEST);
  Answer answer = load(&request->fields[0]);
  if (answer.status == STATUS_DONE) answer = find_token(&request->fields[1], info);
  if (answer.status != STATUS_DONE) return answer;
  CK_MECHANISM_INFO gcm;
  if (module->get_mechanism_info(slot, CKM_AES_GCM, &gcm) != CKR_OK || gcm.largest < KEY_BYTES ||
      (gcm.flags & (CKF_ENCRYPT | CKF_DECRYPT)) != (CKF_ENCRYPT | CKF_DECRYPT))
    return by_host(HOST_MECHANISM_MISSING);
  for (uint32_t i = 0; i < wanted; i++) {
    CK_RV code = module->open_session(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &sessions[i]);
    if (code != CKR_OK) return by_module(code);
    if (i == 0 && request->fields[2].length > 0 && (info->flags & CKF_LOGIN_REQUIRED)) answer = log_in(sessions[0], info, &request->fields[2]);
    if (answer.status != STATUS_DONE) return answer;
  }
  for (uint32_t i = 0; i < wanted; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, (void *)(uintptr_t)sessions[i]) != 0) _exit(1);
    pthread_detach(thread);
  }
  add_field(&answer, info->serial, sizeof info->serial);
  add_field(&answer, info->model, sizeof info->model);
  add_field(&answer, info->manufacturer, sizeof info->manufacturer);
  return answer;
}

// ---- The road ---------------------------------------------------------------------------------------------------------

static Answer perform(CK_HANDLE session, Request *request) {
  static const int counts[] = {[VERB_FIND] = 2, [VERB_GENERATE] = 2, [VERB_SEAL] = 5, [VERB_UNSEAL] = 5, [VERB_DESTROY] = 2, [VERB_RANDOM] = 1};
  if (request->verb < VERB_FIND || request->verb > VERB_RANDOM || request->count != counts[request->verb]) return by_host(HOST_BAD_REQUEST);
  CK_HANDLE object;
  switch (request->verb) {
  case VERB_FIND: return find(session, &request->fields[0], &request->fields[1], &object);
  case VERB_GENERATE: return generate(session, &request->fields[0], &request->fields[1]);
  case VERB_SEAL: return cipher(session, request, true);
  case VERB_UNSEAL: return cipher(session, request, false);
  case VERB_DESTROY: return destroy(session, &request->fields[0], &request->fields[1]);
  default: return random_bytes(session, &request->fields[0]);
  }
}

static void forget_request(Request *request) {
  wipe(request->frame, request->frame_length);
  free(request->frame);
  free(request);
}

// What was made for the answer alone is the last field of a cipher's or a generator's.
static void forget_answer(const Request *request, Answer *answer) {
  if (answer->status != STATUS_DONE || answer->count == 0 || request->verb == VERB_OPEN) return;
  Field *made = &answer->fields[answer->count - 1];
  wipe(made->bytes, made->length);
  free(made->bytes);
}

static void *work(void *argument) {
  CK_HANDLE session = (CK_HANDLE)(uintptr_t)argument;
  for (;;) {
    pthread_mutex_lock(&queue_lock);
    while (first == NULL) pthread_cond_wait(&queue_filled, &queue_lock);
    Request *request = first;
    first = request->next;
    if (first == NULL) last = NULL;
    pthread_mutex_unlock(&queue_lock);
    Answer answer = perform(session, request);
    answer_with(request->number, &answer);
    forget_answer(request, &answer);
    forget_request(request);
  }
  return NULL;
}

static bool parse(Request *request) {
  CK_BYTE *at = request->frame + 5, *end = request->frame + request->frame_length;
  request->number = read_u32(request->frame);
  request->verb = request->frame[4];
  while (at < end) {
    if (request->count == FIELDS_MAX || end - at < 4) return false;
    uint32_t length = read_u32(at);
    if ((size_t)(end - at) - 4 < length) return false;
    request->fields[request->count++] = (Field){.bytes = at + 4, .length = length};
    at += 4 + length;
  }
  return true;
}

static Request *next_request(void) {
  CK_BYTE head[4];
  if (!read_all(head, 4)) return NULL;
  uint32_t length = read_u32(head);
  Request *request = calloc(1, sizeof(Request));
  if (request == NULL || length < 5 || length > FRAME_MAX) return NULL;
  request->frame = malloc(length);
  request->frame_length = length;
  return request->frame != NULL && read_all(request->frame, length) && parse(request) ? request : NULL;
}

static void enqueue(Request *request) {
  pthread_mutex_lock(&queue_lock);
  if (last == NULL) first = request;
  else last->next = request;
  last = request;
  pthread_cond_signal(&queue_filled);
  pthread_mutex_unlock(&queue_lock);
}

// Keys pass through here: no core file, nobody else's eyes. Signals to the group are its parent's, whose end is ours.
static void close_in(void) {
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
#ifdef __linux__
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
  signal(SIGINT, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
}

int main(void) {
  close_in();
  bool opened = false;
  for (Request *request; (request = next_request()) != NULL;) {
    if (request->verb != VERB_OPEN && opened) {
      enqueue(request);
      continue;
    }
    CK_TOKEN_INFO info;
    Answer answer = request->verb == VERB_OPEN && request->count == 4 ? open_token(request, &info) : by_host(HOST_BAD_REQUEST);
    opened = opened || answer.status == STATUS_DONE;
    answer_with(request->number, &answer);
    forget_request(request);
  }
  _exit(0); // whatever a worker still waits for in the module
}
