// SPDX-License-Identifier: Apache-2.0
// A job as firmware: on the committed owner and models, with as many repetitions as there are.
#ifndef GLISSADE_PLATFORM_DEMO_FIRMWARE_HPP
#define GLISSADE_PLATFORM_DEMO_FIRMWARE_HPP

#include "apps/demo/marks.hpp"
#include "boards/console.hpp"
#include "glissade/glissade.hpp"

namespace glissade {
namespace demo {

// Runs a job, counted, and prints a line that `backend` begins, and its report.
template <class Report>
int run_firmware(Status (*job)(Report& report), const char* backend) {
  static Report report;
  count_begins();
  const Status status = job(report);
  count_ends();
  if (status != GLS_OK) {
    print("error: ", gls_status_text(status), "\n");
    return 1;
  }
  print(backend, gls_backend_active(), "\n");
  print_report(report);
  return 0;
}

}  // namespace demo
}  // namespace glissade

#endif
