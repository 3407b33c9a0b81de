// SPDX-License-Identifier: Apache-2.0
#include "apps/demo/checkpointed.hpp"
#include "apps/demo/pretrained.hpp"

glissade::Status glissade::demo::run_checkpointed(gls_store& store) {
  static CheckpointedReport report;
  const Status status = fine_tune_checkpointed(kPretrained, kOwner, store, report);
  if (status == GLS_OK) print_report(report);
  return status;
}
