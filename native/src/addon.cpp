// The library as Node sees it, through the plain C Node-API (one binary serves every Node version from 20 on).
//
// Exports: `args`, the Float64Array that kernels read; `levels`, the instruction sets compiled in as {isa, supported,
// first, kernels}: the kernel named kernels[i] has the number first + i; exec(number) → −1 or the position of the first
// bad value; allocate(bytes) → address or 0; release(address); write(address, typedArray); read(address, typedArray);
// setThreads(n). Each JavaScript thread that loads the library has its own `args`; kernels of two threads take turns.

#include <node_api.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <thread>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "dispatch.h"
#include "threadpool.h"

namespace nabla {
namespace {

constexpr size_t argsLength = 8192;
constexpr size_t hugePage = size_t{2} << 20;

// One JavaScript environment.
struct Instance {
  double* args = nullptr;
  napi_ref argsReference = nullptr;
};

Kernel kernelTable[maxKernels * 4];

// Held while a kernel runs: the pool and its scratch memory serve one caller at a time.
std::atomic_flag busy = ATOMIC_FLAG_INIT;

struct Turn {
  Turn() {
    for (int round = 0; busy.test_and_set(std::memory_order_acquire); round++) {
      if (round > 1000) std::this_thread::yield();
    }
  }
  ~Turn() { busy.clear(std::memory_order_release); }
};

napi_value fail(napi_env env, const char* message) {
  napi_throw_error(env, nullptr, message);
  return nullptr;
}

// Reads up to `count` arguments; the instance in `instance`.
Instance* arguments(napi_env env, napi_callback_info info, size_t count, napi_value* values) {
  void* instance = nullptr;
  napi_get_cb_info(env, info, &count, values, nullptr, &instance);
  return static_cast<Instance*>(instance);
}

double numberOf(napi_env env, napi_value value) {
  double number = 0;
  napi_get_value_double(env, value, &number);
  return number;
}

void* addressOf(napi_env env, napi_value value) {
  return reinterpret_cast<void*>(static_cast<uintptr_t>(numberOf(env, value)));
}

napi_value exec(napi_env env, napi_callback_info info) {
  napi_value value;
  const Instance* instance = arguments(env, info, 1, &value);
  int32_t kernel = -1;
  napi_get_value_int32(env, value, &kernel);
  if (kernel < 0 || kernel >= maxKernels * 4 || !kernelTable[kernel]) return fail(env, "no such kernel");
  double status;
  {
    Turn turn;
    status = kernelTable[kernel](instance->args);
  }
  napi_value result;
  napi_create_int64(env, static_cast<int64_t>(status), &result);
  return result;
}

napi_value allocate(napi_env env, napi_callback_info info) {
  napi_value value;
  arguments(env, info, 1, &value);
  const auto bytes = static_cast<size_t>(numberOf(env, value));
  const bool large = bytes >= 2 * hugePage;
  void* memory = nullptr;
  if (posix_memalign(&memory, large ? hugePage : 64, bytes < 64 ? 64 : bytes) != 0) memory = nullptr;
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  if (memory && large) madvise(memory, bytes / hugePage * hugePage, MADV_HUGEPAGE);
#endif
  napi_value result;
  napi_create_double(env, static_cast<double>(reinterpret_cast<uintptr_t>(memory)), &result);
  return result;
}

napi_value release(napi_env env, napi_callback_info info) {
  napi_value value;
  arguments(env, info, 1, &value);
  std::free(addressOf(env, value));
  return nullptr;
}

// The bytes of a typed array.
bool bytesOf(napi_env env, napi_value array, void** data, size_t* bytes) {
  napi_typedarray_type type;
  size_t length = 0;
  if (napi_get_typedarray_info(env, array, &type, &length, data, nullptr, nullptr) != napi_ok) return false;
  switch (type) {
    case napi_float64_array:
    case napi_bigint64_array:
    case napi_biguint64_array:
      *bytes = length * 8;
      return true;
    case napi_float32_array:
    case napi_int32_array:
    case napi_uint32_array:
      *bytes = length * 4;
      return true;
    case napi_int16_array:
    case napi_uint16_array:
      *bytes = length * 2;
      return true;
    default:
      *bytes = length;
      return true;
  }
}

napi_value write(napi_env env, napi_callback_info info) {
  napi_value values[2];
  arguments(env, info, 2, values);
  void* data = nullptr;
  size_t bytes = 0;
  if (!bytesOf(env, values[1], &data, &bytes)) return fail(env, "write: expected an address and a typed array");
  if (bytes) std::memcpy(addressOf(env, values[0]), data, bytes);
  return nullptr;
}

napi_value read(napi_env env, napi_callback_info info) {
  napi_value values[2];
  arguments(env, info, 2, values);
  void* data = nullptr;
  size_t bytes = 0;
  if (!bytesOf(env, values[1], &data, &bytes)) return fail(env, "read: expected an address and a typed array");
  if (bytes) std::memcpy(data, addressOf(env, values[0]), bytes);
  return nullptr;
}

napi_value setThreadsOfPool(napi_env env, napi_callback_info info) {
  napi_value value;
  arguments(env, info, 1, &value);
  Turn turn;
  setThreads(static_cast<int>(numberOf(env, value)));
  return nullptr;
}

void forget(napi_env env, void* data, void*) {
  auto* instance = static_cast<Instance*>(data);
  napi_delete_reference(env, instance->argsReference);
  delete instance;
}

napi_value stringOf(napi_env env, const char* text) {
  napi_value value;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  return value;
}

napi_value describeLevels(napi_env env) {
  int count = 0;
  const Level* all = levels(count);
  napi_value list;
  napi_create_array(env, &list);
  for (int i = 0; i < count; i++) {
    napi_value level, names, supported, first;
    napi_create_object(env, &level);
    napi_create_array(env, &names);
    for (int k = 0; k < all[i].count; k++) {
      kernelTable[i * maxKernels + k] = all[i].kernels[k].run;
      napi_set_element(env, names, k, stringOf(env, all[i].kernels[k].name));
    }
    napi_get_boolean(env, all[i].supported, &supported);
    napi_create_int32(env, i * maxKernels, &first);
    napi_set_named_property(env, level, "isa", stringOf(env, all[i].name));
    napi_set_named_property(env, level, "supported", supported);
    napi_set_named_property(env, level, "first", first);
    napi_set_named_property(env, level, "kernels", names);
    napi_set_element(env, list, i, level);
  }
  return list;
}

}  // namespace
}  // namespace nabla

extern "C" __attribute__((visibility("default"))) int32_t node_api_module_get_api_version_v1() { return 8; }

extern "C" __attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  using namespace nabla;
  auto* instance = new Instance;
  napi_value buffer, args;
  void* data = nullptr;
  napi_create_arraybuffer(env, argsLength * sizeof(double), &data, &buffer);
  napi_create_typedarray(env, napi_float64_array, argsLength, buffer, 0, &args);
  napi_create_reference(env, args, 1, &instance->argsReference);
  instance->args = static_cast<double*>(data);
  napi_set_instance_data(env, instance, forget, nullptr);

  const struct {
    const char* name;
    napi_callback call;
  } functions[] = {{"exec", exec},   {"allocate", allocate}, {"release", release},
                   {"write", write}, {"read", read},         {"setThreads", setThreadsOfPool}};
  for (const auto& function : functions) {
    napi_value value;
    napi_create_function(env, function.name, NAPI_AUTO_LENGTH, function.call, instance, &value);
    napi_set_named_property(env, exports, function.name, value);
  }
  napi_set_named_property(env, exports, "args", args);
  napi_set_named_property(env, exports, "levels", describeLevels(env));
  return exports;
}
