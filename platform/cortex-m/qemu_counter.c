/* SPDX-License-Identifier: Apache-2.0 */
/* A QEMU plugin that counts the guest's instructions between reaching one address and
 * another: -plugin libqemu_counter.so,begin=<hex>,end=<hex>,output=<file> writes a line per such stretch. The
 * count is the same in every run. QEMU's header is in no Debian package of ours, so the few declarations used
 * are here. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { kNoRegisters = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t,
                                           void (*)(qemu_plugin_id_t, struct qemu_plugin_tb*));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn*, void (*)(unsigned, void*), int, void*);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb*, void (*)(unsigned, void*), int, void*);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, void (*)(qemu_plugin_id_t, void*), void*);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb*);
struct qemu_plugin_insn* qemu_plugin_tb_get_insn(const struct qemu_plugin_tb*, size_t);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn*);

EXPORT int qemu_plugin_version = GLISSADE_QEMU_PLUGIN_API; /* 1 to QEMU 8, 2 and more from 9 on */

static uint64_t begin_address, end_address, executed, executed_at_begin;
static FILE* output;

static void at_begin(unsigned cpu, void* data) {
  (void)cpu, (void)data;
  executed_at_begin = executed;
}

static void at_end(unsigned cpu, void* data) {
  (void)cpu, (void)data;
  fprintf(output, "%" PRIu64 "\n", executed - executed_at_begin);
}

/* A translated block ends where the guest may jump, so it runs as a whole. */
static void at_block(unsigned cpu, void* instructions) {
  (void)cpu;
  executed += (uintptr_t)instructions;
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb* block) {
  (void)id;
  const size_t count = qemu_plugin_tb_n_insns(block);
  qemu_plugin_register_vcpu_tb_exec_cb(block, at_block, kNoRegisters, (void*)(uintptr_t)count);
  for (size_t i = 0; i < count; ++i) {
    struct qemu_plugin_insn* const instruction = qemu_plugin_tb_get_insn(block, i);
    const uint64_t address = qemu_plugin_insn_vaddr(instruction);
    if (address == begin_address) {
      qemu_plugin_register_vcpu_insn_exec_cb(instruction, at_begin, kNoRegisters, NULL);
    }
    if (address == end_address) {
      qemu_plugin_register_vcpu_insn_exec_cb(instruction, at_end, kNoRegisters, NULL);
    }
  }
}

static void finish(qemu_plugin_id_t id, void* data) {
  (void)id, (void)data;
  fclose(output);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void* info, int count, char** arguments) {
  (void)info;
  for (int i = 0; i < count; ++i) {
    const char* const value = strchr(arguments[i], '=');
    if (value == NULL) return -1;
    if (strncmp(arguments[i], "begin=", 6) == 0)
      begin_address = strtoull(value + 1, NULL, 16) & ~(uint64_t)1;
    else if (strncmp(arguments[i], "end=", 4) == 0)
      end_address = strtoull(value + 1, NULL, 16) & ~(uint64_t)1;
    else if (strncmp(arguments[i], "output=", 7) == 0)
      output = fopen(value + 1, "w");
    else
      return -1;
  }
  if (output == NULL || begin_address == 0 || end_address == 0) return -1;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
  qemu_plugin_register_atexit_cb(id, finish, NULL);
  return 0;
}
