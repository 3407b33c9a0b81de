// SPDX-License-Identifier: Apache-2.0
// Rules once more, in long hand: one weight after the other, in float where PyTorch's loops are in float, and
// in double where its scalars are. The letters are those of the rules' headers.
#ifndef GLISSADE_TESTS_RULE_MODEL_HPP
#define GLISSADE_TESTS_RULE_MODEL_HPP

#include <cmath>
#include <string>

#include "apps/tool/golden.hpp"

namespace glissade {
namespace test {

class RuleModel {
 public:
  // A case of a golden file: one of PyTorch's optimizers, or a rule of ours by its name.
  explicit RuleModel(const golden::Case& c) : c_(c), rule_(rule_named(c.optimizer)) {
    if (rule_ == nullptr) return;
    const std::string name = rule_->name;
    move_ = rule_->move;
    is_inside_ = name.find("_epsilon_inside") != std::string::npos;
    lr_ = option("lr", rule_->rate);
    epsilon_ = f(option("eps", rule_->epsilon));
    maximize_ = option("maximize", 0) > 0;
    decay_ = option("weight_decay", name == "adamw" ? 1e-2 : 0);
    decoupled_ = name == "adamw" || option("decoupled_weight_decay", 0) > 0;
    first_beta1_ = option("betas[0]", 0.9);
    first_beta2_ = option("betas[1]", name == "lion" ? 0.99 : 0.999);
    momentum_ = option("momentum", name == "sgd" || name == "rmsprop" ? 0 : 0.9);
    beta_ = option("beta", 0.9);
    dampening_ = option("dampening", 0);
    nesterov_ = option("nesterov", 0) > 0;
    amsgrad_ = c.has("amsgrad");
    centered_ = c.has("centered");
    initial_ = option("initial_accumulator_value", 0);
    rate_decay_ = option("lr_decay", 0);
    rho_ = option("rho", 0.9);
    alpha_ = option("alpha", 0.99);
    momentum_decay_ = option("momentum_decay", 4e-3);
  }
  bool is_known() const { return rule_ != nullptr; }

  // Step t, from 1, of n weights and the rule's slots.
  void step(uint32_t t, float* w, const float* g, float* const* slots, size_t n) {
    begin(t);
    for (size_t i = 0; i < n; ++i) {
      float none[3] = {}, *s[3];
      for (int k = 0; k < 3; ++k) s[k] = slots[k] != nullptr ? slots[k] + i : none + k;
      float gradient = maximize_ ? -g[i] : g[i];
      if (decay_ > 0 && decoupled_) w[i] = w[i] * f(1 - rate_ * decay_);
      if (decay_ > 0 && !decoupled_) gradient = std::fma(w[i], f(decay_), gradient);
      (this->*move_)(w[i], gradient, *s[0], *s[1], *s[2]);
    }
  }

 private:
  static float f(double x) { return static_cast<float>(x); }
  static float sign(float x) { return x > 0 ? 1.0f : x < 0 ? -1.0f : 0.0f; }
  // torch.lerp.
  static float lerp(float a, float b, float c) {
    return c < 0.5f ? std::fma(c, b - a, a) : std::fma(a - b, 1 - c, b);
  }
  // A running mean of x^2.
  static float square(float v, float x, double beta) { return std::fma(f(1 - beta) * x, x, v * f(beta)); }
  // A running mean of x.
  static float mean(float m, float x, double beta) { return std::fma(x, f(1 - beta), m * f(beta)); }
  // Epsilon is inside; a root of 0 is no move.
  static float ratio(float x, float under) { return std::sqrt(under) > 0 ? x / std::sqrt(under) : 0.0f; }

  // A rule, its usual rate and epsilon, and a move of one weight and its slots, in the rule's order.
  struct Rule {
    const char* name;
    double rate, epsilon;
    void (RuleModel::*move)(float& w, float g, float& a, float& b, float& c) const;
  };
  static const Rule* rule_named(const std::string& name) {
    static const Rule rules[] = {{"sgd", 1e-3, 0, &RuleModel::sgd},
                                 {"adam", 1e-3, 1e-8, &RuleModel::adam},
                                 {"adamw", 1e-3, 1e-8, &RuleModel::adam},
                                 {"adam_epsilon_inside", 1e-3, 1e-8, &RuleModel::adam},
                                 {"adagrad", 1e-2, 1e-10, &RuleModel::adagrad},
                                 {"adagrad_epsilon_inside", 1e-2, 1e-10, &RuleModel::adagrad},
                                 {"adadelta", 1, 1e-6, &RuleModel::adadelta},
                                 {"rmsprop", 1e-2, 1e-8, &RuleModel::rmsprop},
                                 {"rmsprop_epsilon_inside", 1e-2, 1e-8, &RuleModel::rmsprop},
                                 {"adamax", 2e-3, 1e-8, &RuleModel::adamax},
                                 {"nadam", 2e-3, 1e-8, &RuleModel::nadam},
                                 {"radam", 1e-3, 1e-8, &RuleModel::radam},
                                 {"classical_momentum", 1e-2, 0, &RuleModel::classical_momentum},
                                 {"averaging_momentum", 1e-2, 0, &RuleModel::averaging_momentum},
                                 {"lion", 1e-4, 0, &RuleModel::lion},
                                 {"signum", 1e-3, 0, &RuleModel::signum}};
    for (const Rule& rule : rules) {
      if (name == rule.name) return &rule;
    }
    return nullptr;
  }

  double option(const char* name, double usual) const {
    for (size_t i = 0; i < c_.option_count; ++i) {
      if (golden::same(name, c_.options[i].name)) return c_.options[i].value;
    }
    return usual;
  }

  void begin(uint32_t t) {
    t_ = t;
    rate_ = lr_ * (c_.changing ? 1 + t % 7 * 0.125 : 1);
    beta1_ = first_beta1_ * (c_.changing ? 1 - t % 5 * 0.03125 : 1);
    beta2_ = first_beta2_ * (c_.changing ? 1 - t % 3 * 0.015625 : 1);
    correction1_ = 1 - std::pow(beta1_, t_);
    correction2_ = 1 - std::pow(beta2_, t_);
    mu_ = beta1_ * (1 - 0.5 * std::pow(0.96, t_ * momentum_decay_));
    next_mu_ = beta1_ * (1 - 0.5 * std::pow(0.96, (t_ + 1) * momentum_decay_));
    product_ = t == 1 ? f(mu_) : product_ * f(mu_);
  }

  void sgd(float& w, float g, float& buffer, float&, float&) const {
    if (momentum_ > 0) {
      buffer = t_ > 1 ? std::fma(g, f(1 - dampening_), buffer * f(momentum_)) : g;
      g = nesterov_ ? std::fma(buffer, f(momentum_), g) : buffer;
    }
    w = std::fma(g, f(-rate_), w);
  }
  void moments(float g, float& m, float& v) const {
    m = lerp(m, g, f(1 - beta1_));
    v = square(v, g, beta2_);
  }
  void adam(float& w, float g, float& m, float& v, float& largest) const {
    moments(g, m, v);
    const float move = f(-rate_ / correction1_) * m;
    if (amsgrad_) largest = largest > v ? largest : v;
    if (is_inside_)
      w = w + ratio(move, v / f(correction2_) + epsilon_);
    else
      w = w + move / (std::sqrt(amsgrad_ ? largest : v) / f(std::sqrt(correction2_)) + epsilon_);
  }
  void adagrad(float& w, float g, float& sum, float&, float&) const {
    if (t_ < 2) sum = f(initial_);
    sum = std::fma(g, g, sum);
    const float move = f(-rate_ / (1 + (t_ - 1) * rate_decay_)) * g;
    w = w + (is_inside_ ? ratio(move, sum + epsilon_) : move / (std::sqrt(sum) + epsilon_));
  }
  void adadelta(float& w, float g, float& a, float& b, float&) const {
    a = square(a, g, rho_);
    const float d = std::sqrt(b + epsilon_) / std::sqrt(a + epsilon_) * g;
    b = square(b, d, rho_);
    w = std::fma(d, f(-rate_), w);
  }
  void rmsprop(float& w, float g, float& v, float& second, float& third) const {
    v = square(v, g, alpha_);
    float under = v;
    if (centered_) {
      float& a = momentum_ > 0 ? third : second;
      a = lerp(a, g, f(1 - alpha_));
      under = std::fma(-a, a, v);
      if (under < 0) under = 0;
    }
    const float root = std::sqrt(under) + epsilon_;
    if (is_inside_) {
      w = w + ratio(f(-rate_) * g, v + epsilon_);
    } else if (momentum_ > 0) {
      second = second * f(momentum_) + g / root;
      w = std::fma(second, f(-rate_), w);
    } else {
      w = w + f(-rate_) * g / root;
    }
  }
  void adamax(float& w, float g, float& m, float& u, float&) const {
    m = lerp(m, g, f(1 - beta1_));
    const float decayed = u * f(beta2_), now = std::fabs(g) + epsilon_;
    u = decayed > now ? decayed : now;
    w = w + f(-rate_ / correction1_) * m / u;
  }
  void nadam(float& w, float g, float& m, float& v, float&) const {
    moments(g, m, v);
    const float root = std::sqrt(v / f(correction2_)) + epsilon_;
    const double product = static_cast<double>(product_);
    w = w + f(-rate_ * (1 - mu_) / (1 - product)) * g / root;
    w = w + f(-rate_ * next_mu_ / (1 - product * next_mu_)) * m / root;
  }
  void radam(float& w, float g, float& m, float& v, float&) const {
    moments(g, m, v);
    float h = m / f(correction1_) * f(rate_);
    const double limit = 2 / (1 - beta2_) - 1;
    const double rho = limit - 2 * t_ * (1 - correction2_) / correction2_;
    if (rho > 5) {
      const double r = std::sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho));
      h = h * (1 / (std::sqrt(v) + epsilon_) * f(std::sqrt(correction2_))) * f(r);
    }
    w = w - h;
  }
  void classical_momentum(float& w, float g, float& v, float&, float&) const {
    v = std::fma(g, f(rate_), v * f(momentum_));
    w = w - v;
  }
  void averaging_momentum(float& w, float g, float& v, float&, float&) const {
    v = mean(v, g, beta_);
    w = std::fma(v, f(-rate_ / (1 - std::pow(beta_, t_))), w);
  }
  void lion(float& w, float g, float& m, float&, float&) const {
    const float direction = mean(m, g, beta1_);
    m = mean(m, g, beta2_);
    w = w + f(-rate_) * sign(direction);
  }
  void signum(float& w, float g, float& m, float&, float&) const {
    m = mean(m, g, momentum_);
    w = w + f(-rate_) * sign(m);
  }

  const golden::Case& c_;
  const Rule* rule_;
  void (RuleModel::*move_)(float&, float, float&, float&, float&) const = nullptr;
  bool is_inside_ = false, maximize_ = false, decoupled_ = false, nesterov_ = false, amsgrad_ = false,
       centered_ = false;
  double lr_ = 0, decay_ = 0, first_beta1_ = 0, first_beta2_ = 0, momentum_ = 0, beta_ = 0, dampening_ = 0,
         initial_ = 0, rate_decay_ = 0, rho_ = 0, alpha_ = 0, momentum_decay_ = 0;
  double t_ = 0, rate_ = 0, beta1_ = 0, beta2_ = 0, correction1_ = 0, correction2_ = 0, mu_ = 0, next_mu_ = 0;
  float epsilon_ = 0, product_ = 0;
};

}  // namespace test
}  // namespace glissade

#endif
