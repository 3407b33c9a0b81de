/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * The list of rules, described: for programs that choose a rule by its name. A firmware that uses none of
 * this does not hold these texts. */
#ifndef GLISSADE_RULES_LIST_H
#define GLISSADE_RULES_LIST_H

#include "glissade/optimizer.h"

/** One slot of a rule. */
typedef struct gls_slot_info {
  const char* name; /**< as in the formula: "m" */
  const char*
      torch_name; /**< its key in the state_dict of torch.optim: "exp_avg"; null where there is none */
  bool is_signed; /**< may a value in it be below 0? */
} gls_slot_info;

/** The type of a hyper-parameter's field. */
typedef enum GLS_ENUM(gls_param_kind) {
  GLS_PARAM_DOUBLE = 0, /**< double */
  GLS_PARAM_BOOL = 1    /**< bool; its numbers here are 0 and 1 */
} gls_param_kind;

/** One hyper-parameter of a rule. */
typedef struct gls_param_info {
  const char* name;       /**< the field: "beta1" */
  const char* torch_name; /**< the argument of torch.optim: "betas[0]" is the first of a pair; null: none */
  size_t offset;          /**< of the field in gls_<rule>_params, in bytes */
  double usual;           /**< the value that gls_<rule>_defaults() sets */
  double least;           /**< the smallest value that is taken (an epsilon: 0, see allow_zero_epsilon, then
                             from 2^-126 on) */
  double most;            /**< the largest value that is taken */
  gls_param_kind kind;    /**< its type */
  bool saved;             /**< is it saved? allow_zero_epsilon is not: gls_restore() sets it where it must */
} gls_param_info;

/** The type of a field of a rule's state. */
typedef enum GLS_ENUM(gls_state_kind) {
  GLS_STATE_COUNT = 0, /**< uint32_t */
  GLS_STATE_FLOAT = 1  /**< float */
} gls_state_kind;

/** One field of a rule's state. */
typedef struct gls_state_info {
  const char* name;       /**< the field: "step" */
  const char* torch_name; /**< its key in the state_dict of torch.optim, where it is a float32 of one number
                             (which counts to 2^24 and stays there): "step"; null where there is none */
  size_t offset;          /**< of the field in gls_<rule>_state, in bytes */
  gls_state_kind kind;    /**< its type */
} gls_state_info;

/** One rule. Some values that are each in range exclude each other: the rule's header says which. */
typedef struct gls_rule_info {
  const gls_rule* rule;         /**< for gls_optimizer_of() */
  const char* name;             /**< as in gls_<name>() */
  const char* torch_name;       /**< the class in torch.optim: "Adam"; null: none */
  const gls_slot_info* slots;   /**< [0 .. slot_count), in the order of gls_<rule>() */
  size_t slot_count;            /**< how many slots */
  const gls_param_info* params; /**< [0 .. param_count), in the order in which they are saved */
  size_t param_count;           /**< how many hyper-parameters */
  size_t params_bytes;          /**< sizeof(gls_<rule>_params); they are 8-byte aligned */
  size_t state_bytes;           /**< sizeof(gls_<rule>_state); it is 4-byte aligned */
  const gls_state_info* state;  /**< [0 .. state_count), in the order in which they are saved */
  size_t state_count;           /**< how many fields the state has */
} gls_rule_info;

/** Rule number index, from 0; null where there is none. */
GLS_FUNCTION const gls_rule_info* gls_rule_at(size_t index);

/** The rule with this name; null where there is none, or name is null. */
GLS_FUNCTION const gls_rule_info* gls_rule_named(const char* name);

/** What gls_<rule>() makes, for any rule. slots: pointers to slot_count buffers. A null info makes an
 * optimizer that every call refuses. */
GLS_FUNCTION gls_optimizer gls_optimizer_of(const gls_rule_info* info, void* params, void* state,
                                            float* weights, float* const* slots, size_t count);

#endif
