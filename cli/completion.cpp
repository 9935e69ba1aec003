#include "completion.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace insitu::cli {

namespace {

struct OptionOfShell {
  std::vector<std::string> names;  ///< with their dashes
  std::string description;
  std::string value;  ///< what it takes, as the help says; "": a flag
  std::vector<std::string> choices;
};

struct CommandOfShell {
  std::vector<std::string> words;  ///< "spark", "stop"
  std::string description;
  std::vector<OptionOfShell> options;
  bool has_commands = false;
};

/// The choices that the help shows in braces: NAME:{R,python}.
std::vector<std::string> choices_of(const std::string& type) {
  std::vector<std::string> choices;
  const auto begin = type.find('{');
  const auto end = type.find('}');
  if (begin == type.npos || end == type.npos) return choices;
  for (auto from = begin + 1; from <= end;) {
    const auto to = std::min(type.find(',', from), end);
    choices.push_back(type.substr(from, to - from));
    from = to + 1;
  }
  return choices;
}

void add_option(CommandOfShell& command, const CLI::Option& option) {
  OptionOfShell found;
  for (const auto& name : option.get_snames()) found.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) found.names.push_back("--" + name);
  if (found.names.empty()) return;  // SOURCE, TARGET
  found.description = option.get_description();
  if (option.get_items_expected_max() > 0) {
    found.value = option.get_type_name();
    found.choices = choices_of(found.value);
    found.value = found.value.substr(0, found.value.find(':'));
    if (found.value.empty()) found.value = "VALUE";
  }
  command.options.push_back(std::move(found));
}

/// Groups of options are nameless commands to the parser.
bool is_group(const CLI::App& app) { return app.get_name().empty(); }

void add_options(CommandOfShell& command, const CLI::App& app) {
  for (const auto* option : app.get_options()) add_option(command, *option);
  for (const auto* inner : app.get_subcommands([](const CLI::App*) { return true; }))
    if (is_group(*inner)) add_options(command, *inner);
}

void add_commands_of(const CLI::App& app, const std::vector<std::string>& before,
                     std::vector<CommandOfShell>& all) {
  for (const auto* each : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (is_group(*each)) continue;
    CommandOfShell command;
    command.words = before;
    command.words.push_back(each->get_name());
    command.description = each->get_description();
    add_options(command, *each);
    const auto at = all.size();
    all.push_back(command);
    add_commands_of(*each, command.words, all);
    all[at].has_commands = all.size() > at + 1;
  }
}

std::string joined(const std::vector<std::string>& words, const char* between = " ") {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : between).append(word);
  return text;
}

/// The names of the commands right below `words`.
std::vector<std::string> commands_below(const std::vector<CommandOfShell>& all,
                                        const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (const auto& each : all)
    if (each.words.size() == words.size() + 1 &&
        std::equal(words.begin(), words.end(), each.words.begin()))
      names.push_back(each.words.back());
  return names;
}

/// Between single quotes of a shell; `for_zsh`: as its descriptions want them.
std::string in_quotes(const std::string& text, bool for_zsh = false) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else if (for_zsh && (c == '[' || c == ']' || c == ':'))
      out.append("\\").push_back(c);
    else
      out.push_back(c);
  }
  return out + "'";
}

std::string bash_script(const std::vector<CommandOfShell>& all) {
  std::string commands, values, options;
  for (const auto& command : all) {
    std::string names;
    for (const auto& option : command.options) {
      names.append(names.empty() ? "" : " ").append(joined(option.names));
      if (option.value.empty()) continue;
      const auto key = "\"" + joined(command.words) + " " +
                       joined(option.names, ("\"|\"" + joined(command.words) + " ").c_str()) + "\"";
      values += "    " + key + ") ";
      values += option.choices.empty()
                    ? std::string("COMPREPLY=($(compgen -f -- \"$word\"))")
                    : "COMPREPLY=($(compgen -W \"" + joined(option.choices) + "\" -- \"$word\"))";
      values += "; return ;;\n";
    }
    if (command.has_commands) {
      commands += "    \"" + joined(command.words) + "\") commands=\"" +
                  joined(commands_below(all, command.words)) + "\" ;;\n";
    }
    options += "    \"" + joined(command.words) + "\") options=\"" + names + "\" ;;\n";
  }
  return "# Completion of insitu for bash: source it, or keep it as\n"
         "# ~/.local/share/bash-completion/completions/insitu\n"
         "_insitu() {\n"
         "  local word=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
         "  local command=\"\" commands=\"" +
         joined(commands_below(all, {})) +
         "\" options=\"--help --version\" at each\n"
         "  for ((at = 1; at < COMP_CWORD; ++at)); do\n"
         "    for each in $commands; do\n"
         "      [[ $each == \"${COMP_WORDS[at]}\" ]] || continue\n"
         "      command=\"${command:+$command }$each\" commands=\"\"\n"
         "      case \"$command\" in\n" +
         commands +
         "      esac\n"
         "      break\n"
         "    done\n"
         "  done\n"
         "  case \"$command $previous\" in\n" +
         values +
         "  esac\n"
         "  case \"$command\" in\n" +
         options +
         "  esac\n"
         "  if [[ $word == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
         "  elif [[ -n $commands ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$commands\" -- \"$word\"))\n"
         "  else\n"
         "    COMPREPLY=($(compgen -f -- \"$word\"))\n"
         "  fi\n"
         "}\n"
         "complete -o filenames -F _insitu insitu\n";
}

std::string zsh_arguments(const CommandOfShell& command) {
  std::string text = "_arguments";
  for (const auto& option : command.options)
    for (const auto& name : option.names) {
      text += " \\\n        " + in_quotes("*" + name + "[");
      text += in_quotes(option.description, true) + in_quotes("]");
      if (option.value.empty()) continue;
      text += in_quotes(":" + option.value + ":" +
                        (option.choices.empty() ? "_files" : "(" + joined(option.choices) + ")"));
    }
  return text + " \\\n        '*:file:_files'";
}

std::string zsh_described(const std::vector<CommandOfShell>& all,
                          const std::vector<std::string>& words) {
  std::string text = "commands=(";
  for (const auto& each : all)
    if (each.words.size() == words.size() + 1 &&
        std::equal(words.begin(), words.end(), each.words.begin()))
      text += "\n      " + in_quotes(each.words.back()) + ":" + in_quotes(each.description, true);
  return text + ")\n    _describe command commands";
}

std::string zsh_script(const std::vector<CommandOfShell>& all) {
  std::string text =
      "#compdef insitu\n# Completion of insitu for zsh: keep it as _insitu in a folder of $fpath\n"
      "_insitu() {\n  local -a commands\n  if (( CURRENT == 2 )); then\n    " +
      zsh_described(all, {}) + "\n    return\n  fi\n  case \"$words[2]\" in\n";
  for (const auto& command : all) {
    if (command.words.size() != 1) continue;
    text += "    " + command.words[0] + ")\n      ";
    if (command.has_commands) {
      text += "if (( CURRENT == 3 )); then\n    " + zsh_described(all, command.words) +
              "\n    return\n  fi\n  case \"$words[3]\" in\n";
      for (const auto& inner : all)
        if (inner.words.size() == 2 && inner.words[0] == command.words[0])
          text += "    " + inner.words[1] + ")\n      " + zsh_arguments(inner) + " ;;\n";
      text += "  esac ;;\n";
    } else {
      text += zsh_arguments(command) + " ;;\n";
    }
  }
  return text +
         "  esac\n}\nif [[ $funcstack[1] == _insitu ]]; then _insitu \"$@\"; "
         "else compdef _insitu insitu; fi\n";
}

std::string fish_script(const std::vector<CommandOfShell>& all) {
  std::string text =
      "# Completion of insitu for fish: keep it as ~/.config/fish/completions/insitu.fish\n";
  for (const auto& command : all) {
    std::string before = "__fish_use_subcommand";
    std::string within = "__fish_seen_subcommand_from " + command.words.back();
    if (command.words.size() > 1) {
      const auto siblings = commands_below(all, {command.words[0]});
      before = "__fish_seen_subcommand_from " + command.words[0] +
               "; and not __fish_seen_subcommand_from " + joined(siblings);
      within = "__fish_seen_subcommand_from " + command.words[0] + "; and " + within;
    }
    text += "complete -c insitu -f -n " + in_quotes(before) + " -a " + command.words.back() +
            " -d " + in_quotes(command.description) + "\n";
    for (const auto& option : command.options) {
      text += "complete -c insitu -n " + in_quotes(within);
      for (const auto& name : option.names)
        text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      if (!option.choices.empty())
        text += " -x -a " + in_quotes(joined(option.choices));
      else if (!option.value.empty())
        text += " -r";
      text += " -d " + in_quotes(option.description) + "\n";
    }
  }
  return text;
}

}  // namespace

void add_completion(CLI::App& app) {
  auto* command = app.add_subcommand("completion", "Print a script that completes commands");
  const auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->type_name("SHELL");
  command->callback([&app, shell] {
    std::vector<CommandOfShell> all;
    add_commands_of(app, {}, all);
    const auto text = *shell == "bash"  ? bash_script(all)
                      : *shell == "zsh" ? zsh_script(all)
                                        : fish_script(all);
    std::fwrite(text.data(), 1, text.size(), stdout);
  });
}

}  // namespace insitu::cli
