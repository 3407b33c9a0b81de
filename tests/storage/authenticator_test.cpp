// SPDX-License-Identifier: Apache-2.0
// The example of an authenticator, and with it a store that tells forged and old states from the newest.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "apps/tool/hmac_authenticator.hpp"
#include "glissade/glissade.h"

namespace {

// RFC 4231, test case 2.
TEST(Hmac, IsTheStandards) {
  const unsigned char expected[32] = {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24,
                                      0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27,
                                      0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43};
  HmacAuthenticator hmac(reinterpret_cast<const unsigned char*>("Jefe"), 4, 0);
  const gls_authenticator callbacks = hmac.callbacks();
  uint8_t tag[32];
  for (int repeat = 0; repeat < 2; ++repeat) {
    EXPECT_EQ(callbacks.mac_begin(callbacks.context), 0);
    EXPECT_EQ(callbacks.mac_update(callbacks.context, "what do ya want ", 16), 0);
    EXPECT_EQ(callbacks.mac_update(callbacks.context, "for nothing?", 12), 0);
    EXPECT_EQ(callbacks.mac_finish(callbacks.context, tag), 0);
    EXPECT_EQ(std::memcmp(tag, expected, 32), 0);
  }
}

struct Device {
  std::vector<unsigned char> memory;
  unsigned char buffer[64];
  gls_memory_flash chip = {memory.data(), nullptr};
  HmacAuthenticator hmac;
  gls_authenticator authenticator;
  gls_flash flash;
  gls_store store;

  explicit Device(const std::string& key, uint32_t blocks = 8)
      : memory(blocks * 512, 0xff),
        hmac(reinterpret_cast<const unsigned char*>(key.data()), key.size(), 0),
        authenticator(hmac.callbacks()),
        flash{gls_memory_flash_read,
              gls_memory_flash_prog,
              gls_memory_flash_erase,
              gls_memory_flash_sync,
              &chip,
              1,
              64,
              512,
              blocks,
              buffer,
              &authenticator} {}
  gls_status open() { return gls_store_open(&store, &flash); }
  gls_status commit(const std::string& content) {
    gls_status status = gls_store_begin(&store);
    if (status == GLS_OK) status = gls_store_put(&store, content.data(), content.size());
    return status == GLS_OK ? gls_store_commit(&store) : status;
  }
  std::string content() {
    std::string bytes(store.size, ' ');
    return gls_store_get(&store, &bytes[0], bytes.size()) == GLS_OK ? bytes : "";
  }
};

TEST(Store, KnowsItsOwn) {
  Device device("a secret"), other("another secret");
  ASSERT_EQ(device.open(), GLS_ERROR_EMPTY);
  ASSERT_EQ(device.commit("first"), GLS_OK);
  ASSERT_EQ(device.commit("second"), GLS_OK);
  EXPECT_EQ(device.hmac.counter(), 1u << 31 | 2u << 8) << "number 2 is committed, none was tried after it";
  ASSERT_EQ(device.open(), GLS_OK);
  EXPECT_EQ(device.content(), "second");
  other.memory = device.memory;
  other.chip.bytes = other.memory.data();
  EXPECT_EQ(other.open(), GLS_ERROR_FORGED);

  const std::vector<unsigned char> old = device.memory;
  ASSERT_EQ(device.commit("third"), GLS_OK);
  std::copy(old.begin(), old.end(), device.memory.begin());
  EXPECT_EQ(device.open(), GLS_ERROR_FORGED) << "an older copy of the flash";
}

// Any one byte of the newest state or of both its headers, their checksums made right again.
TEST(Store, KnowsAnyForgedByte) {
  Device device("a secret");
  ASSERT_EQ(device.open(), GLS_ERROR_EMPTY);
  ASSERT_EQ(device.commit("the state"), GLS_OK);
  const size_t slot = device.store.slot * 2048, state = slot + GLS_STORE_RECORD_BYTES;
  const auto put = [&](size_t at, uint32_t word) {
    for (int i = 0; i < 4; ++i)
      device.memory[at + static_cast<size_t>(i)] = static_cast<unsigned char>(word >> 8 * i);
  };
  for (size_t byte = 0; byte < 9 + 48; ++byte) {
    const std::vector<unsigned char> good = device.memory;
    if (byte < 9) device.memory[state + byte] ^= 1;
    for (const size_t header : {slot + 2048 - 128, slot + 2048 - 64}) {
      if (byte >= 9) device.memory[header + byte - 9] ^= 1;
      if (byte < 9) put(header + 12, gls_crc32(0, &device.memory[state], 9));
      put(header + 48, gls_crc32(0, &device.memory[header], 48));
    }
    EXPECT_NE(device.open(), GLS_OK) << byte;
    std::copy(good.begin(), good.end(), device.memory.begin());
  }
  EXPECT_EQ(device.open(), GLS_OK);
}

// An authenticator that counts how often it is asked.
struct Counted {
  gls_authenticator inner;
  size_t updates, bytes, largest;
};
int count_begin(void* context) {
  Counted& counted = *static_cast<Counted*>(context);
  return counted.inner.mac_begin(counted.inner.context);
}
int count_update(void* context, const void* bytes, size_t size) {
  Counted& counted = *static_cast<Counted*>(context);
  ++counted.updates;
  counted.bytes += size;
  counted.largest = std::max(counted.largest, size);
  return counted.inner.mac_update(counted.inner.context, bytes, size);
}
int count_finish(void* context, uint8_t tag[32]) {
  Counted& counted = *static_cast<Counted*>(context);
  return counted.inner.mac_finish(counted.inner.context, tag);
}

// A call costs an authenticator far more than the bytes do. Of 1,000 weights with Adam's state, 3,000 words
// and some more, it gets each hyper-parameter and checksum by itself, and all else in spans of up to 256
// words.
TEST(Store, HandsSpansToTheAuthenticator) {
  constexpr size_t kWeights = 1000, kSpan = 256;
  Device device("a secret", 64);
  Counted counted = {device.authenticator, 0, 0, 0};
  const gls_authenticator counting = {count_begin, count_update, count_finish, nullptr, nullptr, &counted};
  device.flash.authenticator = &counting;
  ASSERT_EQ(device.open(), GLS_ERROR_EMPTY);

  std::vector<float> weights(kWeights), m(kWeights), v(kWeights);
  for (size_t i = 0; i < kWeights; ++i) weights[i] = static_cast<float>(i);
  gls_adam_params params;
  gls_adam_defaults(&params);
  gls_adam_state state = {};
  const gls_optimizer optimizer = gls_adam(&params, &state, weights.data(), m.data(), v.data(), kWeights);
  const std::vector<float> before = weights;
  ASSERT_EQ(gls_store_begin(&device.store), GLS_OK);
  ASSERT_EQ(gls_save_to(&optimizer, &device.store), GLS_OK);

  const size_t saved = gls_saved_bytes(&optimizer);
  EXPECT_EQ(counted.bytes, saved);
  EXPECT_EQ(counted.largest, 4 * kSpan);
  // Header, hyper-parameters, state and three buffers each begin a span; each block ends one, and has a
  // checksum; one checksum is over all.
  const size_t blocks = saved / 4 / kSpan + 1,
               params_count = gls_rule_named("adam")->param_count - 1;  // one is not saved
  EXPECT_LE(counted.updates, 1 + params_count + 1 + 3 + 2 * blocks + 1) << "one for each of 3,000 words?";

  ASSERT_EQ(gls_store_commit(&device.store), GLS_OK);
  std::fill(weights.begin(), weights.end(), -1.0f);
  ASSERT_EQ(device.open(), GLS_OK);
  ASSERT_EQ(gls_restore_from(&optimizer, &device.store), GLS_OK);
  EXPECT_EQ(weights, before);
}

}  // namespace
