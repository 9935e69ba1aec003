# What ./dev fmt --check asks of R: lintr without matters of taste. Files are arguments; exit status 1 if one fails.
# Line lengths are those of tools/wrap_lines.py.
linters <- lintr::linters_with_defaults(
  brace_linter = NULL,         # one-line functions may have braces
  semicolon_linter = NULL,     # and two statements
  cyclocomp_linter = NULL,
  line_length_linter = NULL,
  object_name_linter = NULL,   # names are those of RevoScaleR
  object_usage_linter = NULL,  # sees neither registered routines nor variables of transforms
  spaces_inside_linter = NULL  # as in an empty argument
)
found <- unlist(lapply(commandArgs(TRUE), lintr::lint, linters = linters), recursive = FALSE)
for (each in found) cat(sprintf("%s:%d: %s\n", each$filename, each$line_number, each$message))
quit(status = length(found) > 0L)
