#pragma once
// What requests about rows by groups have in common.
#include <functional>
#include <string>
#include <vector>

#include "capi/call.hpp"
#include "methods/options.hpp"
#include "shaping/key_codec.hpp"

namespace insitu {

/// The rows of `inData`, as the pipeline leaves them; the levels of factors are those of all rows,
/// so that a group keeps them.
struct GroupSource {
  SourcePtr source;
  std::vector<std::string> columns;  ///< those that groups get
  SchemaPtr schema;                  ///< of these
};

/// Runs `use` with them. `prepare` may change the rows' source before they are looked at.
nlohmann::json with_group_source(Call&, const std::function<SourcePtr(SourcePtr)>& prepare,
                                 const std::function<nlohmann::json(const GroupSource&)>& use);

/// The names of the keys. Throws InvalidArgument where there are none.
std::vector<std::string> group_keys_of(const Options&, const char* key);
/// Of these variables of the schema. Throws InvalidArgument, naming the option, for one that is not
/// there or named twice.
KeyCodec key_codec_of(const Schema&, const std::vector<std::string>& keys, const char* key);

/// A line for each group, in their order: its values, and how many rows it has.
nlohmann::json group_keys_reply(Call&, const KeyCodec&, const std::vector<std::string>& keys,
                                const std::vector<std::int64_t>& rows);

}  // namespace insitu
