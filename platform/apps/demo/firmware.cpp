// SPDX-License-Identifier: Apache-2.0
// The demo as firmware: the committed owner and weights, as many repetitions as there are.
#include "boards/console.hpp"
#include "apps/demo/fine_tune.hpp"
#include "apps/demo/marks.hpp"
#include "apps/demo/pretrained.hpp"

int program(int, char**) {
  using namespace glissade;
  static demo::Report report;
  count_begins();
  const Status status = demo::fine_tune(demo::kPretrained, demo::kOwner, demo::kMostTrained, report);
  count_ends();
  if (status != GLS_OK) {
    print("error: ", gls_status_text(status), "\n");
    return 1;
  }
  print("backend ", gls_backend_active(), "\n");
  demo::print_report(report);
  return 0;
}
