#pragma once
// Which data source a bare path names, for every function and face alike: its ending tells, else
// what lies there.
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace insitu {

/// "RxXdfData", "RxTextData", "RxParquetData" or "RxOrcData" by the ending alone (".csv.gz" is that
/// of text, case does not matter); "": the ending says nothing.
std::string kind_by_ending(const std::string& path);

/// The same of what is there: the ending, else a composite set, the files of a folder, or the first
/// bytes of a file; "": nothing tells. Paths of other machines are judged by their ending.
std::string kind_of_file(const std::string& path);

/// The descriptor of a path to be read. A path without ending is also that of "<path>.xdf", which
/// is what writing it makes. Where nothing tells, it is of type `otherwise`.
/// Throws InvalidArgument, naming `what`, for the address of a web page.
nlohmann::json descriptor_of_input(const std::string& path, const char* what,
                                   const char* otherwise = "RxXdfData");

/// The descriptor of a path to be written: by its ending; ".xdf" is added where there is none, but
/// for a composite set, which is a folder, and a set that is there. `composite`: what is asked for;
/// in HDFS a path without an ending is a set unless it is asked not to be, as it always was there.
/// Throws Unsupported for an ending of text that is compressed.
nlohmann::json descriptor_of_output(const std::string& path, const char* what,
                                    std::optional<bool> composite);

/// By its ending: what is told of the text in it is told by unpacking all of it.
bool is_compressed(const std::string& path);

/// The path of an .xdf as it is read: with ".xdf" where only that is there.
std::string xdf_to_read(const std::string& path);
/// Puts into a descriptor where an .xdf is written and, where nobody has said so, that it is a set.
void set_xdf_target(nlohmann::json& descriptor, const std::string& path,
                    std::optional<bool> composite);

}  // namespace insitu
