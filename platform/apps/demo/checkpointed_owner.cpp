// SPDX-License-Identifier: Apache-2.0
#include "apps/demo/checkpointed.hpp"
#include "apps/demo/pretrained.hpp"
#include "apps/demo/shipped.hpp"

glissade::Status glissade::demo::run_checkpointed(gls_store& store) {
  static CheckpointedOwnerReport report;
  const Status status = learn_owner_checkpointed(kAllVowels, kOwner, store, report);
  if (status == GLS_OK) print_report(report);
  return status;
}
