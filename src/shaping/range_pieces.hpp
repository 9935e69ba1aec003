#pragma once
// The rows of a source cut by ranges of groups, for an exchange that somebody else does: every row
// of a group is in the pieces of one range, whoever cuts which split.
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "data/source.hpp"

namespace insitu {

/// The range of a group, from its key (key_codec.hpp), of so many.
std::uint32_t range_of_key(std::string_view key, std::uint32_t ranges);

/// `source` with the named columns, in chunks that hold rows of one range each, in their order: the
/// chunk number `c * ranges + r` of a split has those rows of its chunk number c that are of range
/// r. (So chunks are shorter than a source's are: it is for an exchange, no analysis reads it.)
/// Throws what KeyCodec throws. REQUIRES: factors declare their levels, `columns` have the keys.
std::shared_ptr<const DataSource> range_pieces(std::shared_ptr<const DataSource> source,
                                               std::vector<std::string> columns,
                                               std::vector<std::string> keys, std::uint32_t ranges);

/// Rebuilds it from its recipe; `make` builds the inner source.
std::shared_ptr<const DataSource> range_pieces_from_json(
    const nlohmann::json& recipe,
    const std::function<std::shared_ptr<const DataSource>(const nlohmann::json&)>& make);

}  // namespace insitu
