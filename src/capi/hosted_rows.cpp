#include "capi/hosted_rows.hpp"

#include <atomic>
#include <utility>

#include "base/error.hpp"
#include "data/arrow.hpp"

namespace insitu {

namespace {

std::atomic<bool> files_forbidden{false};

}  // namespace

std::unique_ptr<ChunkReader> HostedColumns::open(const Split&, const ReadOptions&) const {
  throw Unsupported("an accumulator does not see the rows in their order, which this needs");
}

std::unique_ptr<ChunkReader> HostedRows::open(const Split&, const ReadOptions& options) const {
  struct Reader final : ChunkReader {
    std::optional<Chunk> rows;
    std::optional<Chunk> next() override { return std::exchange(rows, std::nullopt); }
  };
  auto reader = std::make_unique<Reader>();
  if (asked_ != options.columns) asked_ = options.columns;
  if (!options.columns) {
    reader->rows = chunk;
    return reader;
  }
  Chunk chosen{select_columns(*schema_, *options.columns), {}, chunk.rows, chunk.from};
  for (const auto& name : *options.columns)
    chosen.columns.push_back(chunk.columns[schema_->index(name)]);
  reader->rows = std::move(chosen);
  return reader;
}

OwnedArrowSchema::OwnedArrowSchema(const Schema& schema) { schema_to_arrow(schema, &schema_); }

OwnedArrowSchema::~OwnedArrowSchema() {
  if (schema_.release) schema_.release(&schema_);
}

Chunk hosted_chunk(const SchemaPtr& announced, const ArrowSchema& schema, ArrowArray* rows,
                   std::int64_t first_row) {
  const auto fields = std::make_shared<const Schema>(fields_from_arrow(schema));
  std::vector<std::size_t> places;
  for (const auto& field : announced->fields()) {
    const auto place = fields->find(field.name);
    if (!place) throw DataError("variable '" + field.name + "' is not among these rows");
    if ((*fields)[*place].type != field.type)
      throw DataError("variable '" + field.name + "' comes as " +
                      std::string(type_name((*fields)[*place].type)) + ", announced as " +
                      std::string(type_name(field.type)));
    places.push_back(*place);
  }
  auto all = chunk_from_arrow(rows, schema, fields, first_row);
  Chunk chunk{announced, {}, all.rows, {}};
  for (const auto place : places) chunk.columns.push_back(std::move(all.columns[place]));
  return chunk;
}

void forbid_files_of_hosts() { files_forbidden.store(true); }

bool hosts_may_name_files() { return !files_forbidden.load(); }

}  // namespace insitu
