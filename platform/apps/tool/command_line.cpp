// SPDX-License-Identifier: Apache-2.0
// The host program's command line. Statuses: 0; 1 where `replay` found differences; 2 with one line on
// standard error.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <sstream>

#include "apps/tool/commands.hpp"
#include "apps/tool/files.hpp"
#include "apps/tool/functions.hpp"
#include "apps/tool/text.hpp"
#include "apps/tool/vowels.hpp"
#include "boards/linux/streams.hpp"

namespace glissade {
namespace {

const std::string kRule =
    "a rule, as in momentum:learning_rate=0.01,momentum=0.9; may be given several times";

std::string not_empty(const std::string& text) { return text.empty() ? "may not be empty" : ""; }

CLI::Option* add_text(CLI::App* command, const std::string& name, std::string& value,
                      const std::string& what) {
  return command->add_option(name, value, what)->check(not_empty);
}

CLI::Option* add_output(CLI::App* command, std::string& value, const std::string& what) {
  return add_text(command, "-o,--output", value, what + "; - is standard output");
}

template <class Number>
CLI::Option* add_number(CLI::App* command, const std::string& name, Number& value, Number least, Number most,
                        const std::string& what) {
  const auto read = [&value, name, least, most](const std::string& text) {
    value = parse_within(text, name, least, most);
  };
  const std::string range = std::to_string(least) + " to " + std::to_string(most);
  return command->add_option_function<std::string>(name, read, what + ": " + range)->type_name("NUMBER");
}

CLI::Option* add_numbers(CLI::App* command, const std::string& name, std::vector<double>& values,
                         const std::string& what) {
  const auto read = [&values, name](const std::vector<std::string>& texts) {
    values.clear();
    for (const std::string& text : texts) values.push_back(parse_number<double>(text, name));
  };
  return command->add_option_function<std::vector<std::string>>(name, read, what)->type_name("NUMBER");
}

// What all commands on the vowel job have.
CLI::Option* add_job(CLI::App* command, std::string& data, int& speaker) {
  add_text(command, "--data", data, "the file vowel.csv; - is standard input");
  return add_number(command, "--speaker", speaker, 0, demo::kSpeakers - 1, "the new owner")
      ->default_str(std::to_string(speaker));
}

CLI::Option* add_slots(CLI::App* command, SlotForm& form, const std::string& more = "") {
  const auto read = [&form](const std::string& name) {
    for (const SlotForm other : kSlotForms) form = name == name_of(other) ? other : form;
  };
  return command->add_option_function<std::string>("--slots", read, "how the rule's slots are kept" + more)
      ->check(CLI::IsMember(std::vector<std::string>(std::begin(kSlotFormNames), std::end(kSlotFormNames))))
      ->type_name("FORM")
      ->default_str(name_of(form));
}

void add_demo(CLI::App& app) {
  const auto options = std::make_shared<DemoOptions>();
  CLI::App* const command =
      app.add_subcommand("demo", "the vowel recognizer learns one speaker's voice, or each of all");
  const std::map<std::string, DemoJob> jobs = {
      {"fine-tune", DemoJob::kFineTune}, {"owner", DemoJob::kOwner}, {"vowels", DemoJob::kVowels}};
  command
      ->add_option_function<std::string>(
          "--job", [options, jobs](const std::string& name) { options->job = jobs.at(name); },
          "fine-tune: all float weights; owner: the head of an int8 model; vowels: new ones, in such a head")
      ->check(CLI::IsMember(jobs))
      ->type_name("NAME")
      ->default_str("fine-tune");
  add_number(command, "--repetitions", options->repetitions, 1u, demo::kMostTrained,
             "of each vowel to learn from")
      ->default_str(std::to_string(options->repetitions));
  command->add_flag("--all", options->all, "every speaker in turn: mean and worst")
      ->excludes(add_job(command, options->data, options->speaker));
  add_slots(command, options->slots, "; with --job fine-tune");
  command->add_flag("--log", options->log, "with --job owner: the head's calls, for `glissade replay`");
  command->callback([options] { run_demo(*options); });
}

void add_pretrain(CLI::App& app) {
  const auto options = std::make_shared<PretrainOptions>();
  CLI::App* const command = app.add_subcommand("pretrain", "write the pretrained weights as a C++ header");
  add_output(command, options->output, "the header")->required();
  command->add_flag("--int8", options->int8, "int8 models as .tflite files instead");
  command->add_flag("--tflite", options->tflite, "the int8 model of all vowels alone, a .tflite file")
      ->excludes("--int8");
  add_job(command, options->data, options->speaker);
  command->callback([options] { write_pretrained(*options); });
}

void add_schedule(CLI::App& app) {
  const auto options = std::make_shared<ScheduleOptions>();
  CLI::App* const command = app.add_subcommand("schedule", "the rates of a learning-rate schedule");
  command->footer("Schedules, and their parameters in the classic picture:" + schedule_names());
  add_text(command, "name", options->name, "which")->required();
  command->add_option("parameters", options->parameters, "name=value ...");
  add_number(command, "--steps", options->steps, 1u, 1000000u, "how many")
      ->default_str(std::to_string(options->steps));
  add_output(command, options->output, "a picture (SVG) instead of text");
  command->callback([options] { schedule(*options); });
}

void add_replay(CLI::App& app) {
  const auto options = std::make_shared<ReplayOptions>();
  CLI::App* const command = app.add_subcommand(
      "replay", "run golden files, or logged gradients, and compare with the bits they expect");
  command->footer(
      "Files as in tests/golden/README.md. A case may hold \"weights\" and \"gradients\" (a list per step),\n"
      "as numbers or as hexadecimal words, instead of a seed; without snapshots it is only computed.\n"
      "Or the log of a head's training, as platform/apps/tool/README.md says.\n"
      "Status 0: no bit differs. 1: some do. 2: an error, which one line on standard error says.");
  command->add_option("paths", options->paths, "files, folders of *.json, or - for standard input")
      ->required();
  add_text(command, "--backend", options->backend, "one backend instead of all that this machine has");
  add_output(command, options->output,
             "the one file again, with what was computed; of a log the head that is committed");
  command->callback([options] {
    if (!replay(*options)) throw CLI::RuntimeError(1);
  });
}

void add_compare(CLI::App& app) {
  const auto options = std::make_shared<CompareOptions>();
  CLI::App* const command =
      app.add_subcommand("compare", "rules on the vowel job: a table, and curves of loss and gradient norm");
  command->add_option("--rule", options->rules, kRule + "; without: all");
  CLI::Option* const slots =
      add_slots(command, options->slots, "; some rules' are floats only: `glissade rules` says which");
  add_output(command, options->output, "a picture (SVG)");
  CLI::Option* const speaker = add_job(command, options->data, options->speaker);
  command
      ->add_flag("--bytes", options->bytes,
                 "slots in all forms, and all speakers: bytes against the mean loss")
      ->excludes(slots)
      ->excludes(speaker);
  command->callback([options] { options->bytes ? compare_bytes(*options) : compare(*options); });
}

void add_average(CLI::App& app) {
  const auto options = std::make_shared<AverageOptions>();
  CLI::App* const command =
      app.add_subcommand("average", "running means of a series, with and without bias correction");
  add_text(command, "--data", options->data,
           "a file with a number per line, or - for standard input; without: a noisy season");
  add_numbers(command, "--beta", options->betas, "decays; without: 0.5 0.9 0.98");
  add_output(command, options->output, "a picture (SVG) instead of text");
  command->callback([options] { average(*options); });
}

void add_trajectory(CLI::App& app) {
  const auto options = std::make_shared<TrajectoryOptions>();
  CLI::App* const command = app.add_subcommand("trajectory", "the way that rules take over a function");
  std::string functions;
  for (const Function& function : all_functions()) {
    if (function.start.size() <= 2) functions += "\n  " + function.name + ": " + function.formula;
  }
  command->footer("Functions:" + functions);
  add_text(command, "--function", options->function, "on which")->capture_default_str();
  command->add_option("--rule", options->rules, kRule + "; without: the classic picture's");
  add_numbers(command, "--start", options->start, "from where: x, or x y");
  add_number(command, "--steps", options->steps, 1u, 1000000u, "how many");
  CLI::Option* const output = add_output(command, options->output, "a picture (SVG)");
  command->add_flag("--panels", options->panels, "a panel for each rule")->needs(output);
  command->callback([options] { trajectory(*options); });
}

void add_tflite(CLI::App& app) {
  const auto options = std::make_shared<TfliteOptions>();
  CLI::App* const command = app.add_subcommand(
      "tflite", "an int8 TensorFlow Lite model: what is in it, cut before its head, with a learned head");
  command->footer(
      "Without --cut, --header and --patch: tensors, operators, scales, and which layers can be a head, or "
      "why not.\n"
      "platform/apps/tool/tflite/README.md says what a state is, and what to do in the engine afterwards.");
  add_text(command, "file", options->file, "the model; - is standard input")->required();
  add_number(command, "--head", options->head, 0, 1000000,
             "the head's operator; without: the last that can be one");
  auto* const what = command->add_option_group("one of");
  what->add_flag("--cut", options->cut, "the model that ends where the head begins");
  what->add_flag("--header", options->header, "what firmware needs of the head, in C");
  CLI::Option* const patch =
      add_text(what, "--patch", options->state, "the model with this learned head: saved bytes");
  add_text(command, "--rows", options->rows,
           "with --patch: the file's rows for the learned outputs, as 2-11 or 3,1,4; without: from 0 on")
      ->needs(patch);
  what->require_option(0, 1);
  CLI::Option* const output = add_output(command, options->output, "where to");
  command->add_flag("--in-place", options->in_place, "write over the model's own file")->excludes(output);
  command->callback([options] { rewrite_tflite(*options); });
}

void add_convert(CLI::App& app) {
  const auto options = std::make_shared<ConvertOptions>();
  CLI::App* const command = app.add_subcommand(
      "convert", "a model and its optimizer from and to PyTorch: safetensors, saved bytes, C, CSV");
  command->footer(
      "FROM is safetensors or what gls_save wrote; TO ends in .safetensors, .gls (for gls_restore), .h (C) "
      "or .csv.\n"
      "Without TO and --to: what is in FROM.\n"
      "Layers, in the order of the library's weights: fc1=9x32,fc2=32x11 are dense ones, inputs x outputs;\n"
      "norm.weight=same:32 is a tensor as it lies. platform/apps/tool/convert/README.md says more.");
  add_text(command, "from", options->from, "what is read; - is standard input")->required();
  add_text(command, "-o,--output,to", options->output, "where to; - is standard output");
  const std::map<std::string, ConvertTo> kinds = {{"safetensors", ConvertTo::kSafetensors},
                                                  {"saved", ConvertTo::kSaved},
                                                  {"header", ConvertTo::kHeader},
                                                  {"csv", ConvertTo::kTable}};
  command
      ->add_option_function<std::string>(
          "--to", [options, kinds](const std::string& name) { options->to = kinds.at(name); },
          "what is written, whatever TO's name")
      ->check(CLI::IsMember(kinds))
      ->type_name("KIND");
  CLI::Option* const layers = add_text(command, "--layers", options->layers, "which tensors the weights are");
  add_text(command, "--like", options->like, "safetensors with these layers, in place of --layers")
      ->excludes(layers);
  CLI::Option* const rule =
      add_text(command, "--rule", options->rule,
               "the start of this rule instead of what FROM has, as in adam:learning_rate=0.003");
  add_slots(command, options->slots, "; without: as in FROM")->default_str("")->each([options](const std::string&) {
    options->has_slots = true;
  });
  add_number(command, "--group", options->group, 0, 1000000, "of several parameter groups, which");
  command->add_flag("--weights-only", options->weights_only, "no optimizer")->excludes(rule);
  command->add_flag("--leave-out", options->leave_out, "tensors that are in no layer");
  command->callback([options] { convert(*options); });
}

std::string version() {
  const auto text = [](int number) { return std::to_string(number); };
  return "glissade " + text(GLS_VERSION_MAJOR) + "." + text(GLS_VERSION_MINOR) + "." +
         text(GLS_VERSION_PATCH);
}

int run(int argument_count, char** arguments) {
  CLI::App app("Glissade on the host. The environment variable GLISSADE_BACKEND chooses the backend.");
  app.set_version_flag("--version", version());
  app.footer("Status 0: all went well. 2: it did not, and one line on standard error says why.");
  app.require_subcommand(1);
  add_demo(app);
  add_pretrain(app);
  app.add_subcommand("backends", "list this machine's backends")->callback(list_backends);
  app.add_subcommand("rules", "list the rules, their slots and their parameters")->callback(list_rules);
  for (const auto add :
       {add_schedule, add_replay, add_compare, add_average, add_trajectory, add_tflite, add_convert})
    add(app);
  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::Success& asked) {  // --help, --version
    std::ostringstream text;
    const int status = app.exit(asked, text, text);
    std::cout << text.str();
    return status;
  } catch (const CLI::RuntimeError& status) {
    return status.get_exit_code();
  }
  return 0;
}

}  // namespace
}  // namespace glissade

int main(int argument_count, char** arguments) {
  glissade::guard_streams();
  try {
    const int status = glissade::run(argument_count, arguments);
    glissade::finish_standard_output();
    return status;
  } catch (const std::exception& error) {
    std::cerr << "error: " << glissade::visible(error.what()) << "\n";
    return 2;
  }
}
