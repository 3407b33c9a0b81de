// SPDX-License-Identifier: Apache-2.0
#include "glissade/glissade.h"

uint32_t gls_version() { return GLS_VERSION_MAJOR << 16 | GLS_VERSION_MINOR << 8 | GLS_VERSION_PATCH; }

extern "C" const char* gls_status_text(gls_status status) {
  switch (status) {
    case GLS_OK:
      return "no error";
    case GLS_ERROR_NULL:
      return "a pointer is null";
    case GLS_ERROR_RANGE:
      return "a hyper-parameter, scale, size, range or label is NaN or out of range, or a batch has too few "
             "samples";
    case GLS_ERROR_ALIGNMENT:
      return "a buffer of floats or 32-bit integers is not 4-byte aligned";
    case GLS_ERROR_BACKEND:
      return "this machine has no such backend";
    case GLS_ERROR_CURVATURE:
      return "a matrix is not positive definite, or a curvature is not positive";
    case GLS_ERROR_GRADIENT:
      return "a gradient is infinite, NaN, or too large for the state";
    case GLS_ERROR_SIZE:
      return "too few bytes to save into or restore from";
    case GLS_ERROR_MISMATCH:
      return "the saved bytes are of another rule, count or format";
    case GLS_ERROR_DAMAGED:
      return "the saved bytes are damaged";
    case GLS_ERROR_NOT_FINITE:
      return "a weight, slot or input that would be kept is infinite or NaN, or too large";
    case GLS_ERROR_DEVICE:
      return "a callback of the store failed, or flash does not read back as it was programmed";
    case GLS_ERROR_EMPTY:
      return "nothing was ever committed to the store";
    case GLS_ERROR_FORGED:
      return "no state in the store is authentic and new enough";
    case GLS_ERROR_ORDER:
      return "a call came too early: the store is not open, reading or writing, gls_begin did not fill "
             "the coefficients, or an int8 layer is not prepared";
    case GLS_ERROR_OVERLAP:
      return "two buffers share memory";
    case GLS_ERROR_OLDER:
      return "the newest state in the store cannot be read: this may be an older one";
    case GLS_ERROR_WORSE:
      return "what was trained is worse than what is in use, or that is not known";
  }
  return "unknown status";
}
