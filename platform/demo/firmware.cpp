// SPDX-License-Identifier: Apache-2.0
// The demo as firmware: the committed speaker and weights, three repetitions.
#include "console.hpp"
#include "fine_tune.hpp"
#include "pretrained.hpp"

// Around the job, for the instruction counter.
extern "C" __attribute__((noinline)) void job_begins() { __asm__ volatile(""); }
extern "C" __attribute__((noinline)) void job_ends() { __asm__ volatile(""); }

int program(int, char**) {
  using namespace glissade;
  static demo::Report report;
  job_begins();
  const Status status = demo::fine_tune(demo::kPretrained, demo::kOwner, demo::kMostTrained, report);
  job_ends();
  if (status != GLS_OK) {
    print("error: ", gls_status_text(status), "\n");
    return 1;
  }
  print("backend ", gls_backend_active(), "\n");
  demo::print_report(report);
  return 0;
}
