/* SPDX-License-Identifier: Apache-2.0 */
/* A QEMU plugin that counts the guest's instructions between reaching one address and
 * another: -plugin libqemu_counter.so,begin=<hex>,end=<hex>,output=<file> writes a line per such stretch. The
 * count is the same in every run. With blocks=<file>, a line there per block of instructions that a stretch
 * ran: the stretch's number from 0, the block's address, its instructions, how often it ran. QEMU's header is
 * in no Debian package of ours, so the few declarations used are here. */
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

EXPORT extern int qemu_plugin_version;
EXPORT int qemu_plugin_install(qemu_plugin_id_t, const void*, int, char**);
int qemu_plugin_version = GLISSADE_QEMU_PLUGIN_API; /* 1 to QEMU 8, 2 and more from 9 on */

/* A translated block ends where the guest may jump, so it runs as a whole. It may be translated more than
 * once. */
struct block {
  uint64_t address, instructions, runs, runs_at_begin;
  struct block* next;
};

static uint64_t begin_address, end_address, stretches;
static struct block* all_blocks;
static FILE *output, *blocks;

static void at_begin(unsigned cpu, void* data) {
  (void)cpu, (void)data;
  for (struct block* b = all_blocks; b != NULL; b = b->next) b->runs_at_begin = b->runs;
}

static void at_end(unsigned cpu, void* data) {
  (void)cpu, (void)data;
  uint64_t executed = 0;
  for (struct block* b = all_blocks; b != NULL; b = b->next) {
    const uint64_t runs = b->runs - b->runs_at_begin;
    executed += runs * b->instructions;
    if (blocks != NULL && runs > 0) {
      fprintf(blocks, "%" PRIu64 " %" PRIx64 " %" PRIu64 " %" PRIu64 "\n", stretches, b->address,
              b->instructions, runs);
    }
  }
  fprintf(output, "%" PRIu64 "\n", executed);
  ++stretches;
}

static void at_block(unsigned cpu, void* block) {
  (void)cpu;
  ++((struct block*)block)->runs;
}

static struct block* block_of(uint64_t address, uint64_t instructions) {
  struct block* b = all_blocks;
  while (b != NULL && (b->address != address || b->instructions != instructions)) b = b->next;
  if (b != NULL) return b;
  b = calloc(1, sizeof *b);
  if (b == NULL) abort();
  b->address = address;
  b->instructions = instructions;
  b->next = all_blocks;
  return all_blocks = b;
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb* block) {
  (void)id;
  const size_t count = qemu_plugin_tb_n_insns(block);
  const uint64_t first = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(block, 0));
  qemu_plugin_register_vcpu_tb_exec_cb(block, at_block, kNoRegisters, block_of(first, count));
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
  if (blocks != NULL) fclose(blocks);
}

int qemu_plugin_install(qemu_plugin_id_t id, const void* info, int count, char** arguments) {
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
    else if (strncmp(arguments[i], "blocks=", 7) == 0)
      blocks = fopen(value + 1, "w");
    else
      return -1;
  }
  if (output == NULL || begin_address == 0 || end_address == 0) return -1;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
  qemu_plugin_register_atexit_cb(id, finish, NULL);
  return 0;
}
