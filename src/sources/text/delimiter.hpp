#pragma once
// How the records of an unknown text are cut: line ends, the delimiter, comments before the first
// record.
#include "sources/text/dialect.hpp"
#include "sources/text/head.hpp"
#include "sources/text/options.hpp"

namespace insitu {

/// Sets `newline`, and `delimiter` unless the caller gave one, from the text at the front of
/// `head`. `path`: its ending matters (a .csv is not cut at blanks).
void sniff_cut(TextHead& head, const TextOptions&, const std::string& path, TextDialect& dialect);

/// '\r' when the lines of the text end by it alone.
char sniff_newline(TextHead& head, char quote);

/// Drops the lines before the first record that are comments: they begin with # and are cut into
/// another number of fields than the records, or into one and begin with "# ".
void skip_comments(TextHead& head, const TextDialect&);

}  // namespace insitu
