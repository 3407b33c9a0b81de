// SPDX-License-Identifier: Apache-2.0
// An example of a gls_authenticator: HMAC-SHA-256 by Mbed TLS, which firmware often has already. The counter
// stands for one that nobody can set back (a TPM's or secure element's, eMMC's replay-protected block,
// one-time programmable bits).
#ifndef GLISSADE_PLATFORM_LINUX_HMAC_AUTHENTICATOR_HPP
#define GLISSADE_PLATFORM_LINUX_HMAC_AUTHENTICATOR_HPP

#include <mbedtls/md.h>

#include "glissade/storage/store.h"

class HmacAuthenticator {
 public:
  // counter: what the device's counter stands at.
  HmacAuthenticator(const unsigned char* key, size_t key_size, uint32_t counter) : counter_(counter) {
    mbedtls_md_init(&mac_);
    ready_ = mbedtls_md_setup(&mac_, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1) == 0 &&
             mbedtls_md_hmac_starts(&mac_, key, key_size) == 0;
  }
  ~HmacAuthenticator() { mbedtls_md_free(&mac_); }
  HmacAuthenticator(const HmacAuthenticator&) = delete;
  HmacAuthenticator& operator=(const HmacAuthenticator&) = delete;

  gls_authenticator callbacks() { return {begin, update, finish, read, raise, this}; }
  uint32_t counter() const { return counter_; }

 private:
  static HmacAuthenticator& self(void* context) { return *static_cast<HmacAuthenticator*>(context); }
  static int begin(void* context) {
    return self(context).ready_ ? mbedtls_md_hmac_reset(&self(context).mac_) : -1;
  }
  static int update(void* context, const void* bytes, size_t size) {
    return mbedtls_md_hmac_update(&self(context).mac_, static_cast<const unsigned char*>(bytes), size);
  }
  static int finish(void* context, uint8_t tag[32]) {
    return mbedtls_md_hmac_finish(&self(context).mac_, tag);
  }
  static int read(void* context, uint32_t* value) {
    *value = self(context).counter_;
    return 0;
  }
  static int raise(void* context, uint32_t value) {
    if (value < self(context).counter_) return -1;
    self(context).counter_ = value;
    return 0;
  }

  mbedtls_md_context_t mac_;
  uint32_t counter_;
  bool ready_;
};

#endif
