// Requests and replies of insitu.h, over capi/facade.hpp.
#include <insitu/insitu.h>

#include <atomic>
#include <new>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "capi/c/guarded.hpp"
#include "capi/facade.hpp"
#include "capi/hosted_rows.hpp"
#include "capi/whole_reply.hpp"
#include "contexts/build_identity.hpp"
#include "data/arrow.hpp"

struct insitu_request {
  insitu::Request request;
  std::vector<std::unique_ptr<ArrowArrayStream>> streams;
  std::atomic<bool> cancelled{false};
  bool has_run = false;

  ~insitu_request() {
    for (const auto& stream : streams)
      if (stream->release) stream->release(stream.get());
  }
};

namespace {

using insitu::c::callbacks_of;
using insitu::c::guarded;
using insitu::c::require;

insitu::Chunk call_row_function(insitu_row_function function, void* user,
                                const insitu::Chunk& chunk, const insitu::ChunkInfo& info) {
  ArrowSchema schema{};
  ArrowArray rows{};
  insitu::schema_to_arrow(*chunk.schema, &schema);
  insitu::chunk_to_arrow(chunk, &rows);
  const insitu_chunk_info about{info.start_row,  info.chunk_number, info.rows,
                                info.test_chunk, info.prediction,   info.file_name.c_str()};
  ArrowArrayStream out{};
  char error[2048] = "";
  if (function(user, &schema, &rows, &about, &out, error, sizeof error) != 0) {
    error[sizeof error - 1] = '\0';
    throw insitu::UserCodeError(*error ? error : "the function failed without saying why");
  }
  if (!out.release) throw insitu::UserCodeError("the function returned no rows");
  auto [found, pieces] = insitu::import_stream(&out);
  insitu::Chunk all{found, {}, 0, chunk.from};
  for (std::size_t i = 0; i < found->size(); ++i) {
    std::vector<insitu::Column> parts;
    for (const auto& piece : pieces) parts.push_back(piece.columns[i]);
    if (parts.empty())
      parts.emplace_back((*found)[i].type, 0, nullptr, nullptr, (*found)[i].levels);
    all.columns.push_back(insitu::concatenate(parts));
  }
  for (const auto& piece : pieces) all.rows += piece.rows;
  return all;
}

}  // namespace

const char* insitu_version(void) {
  static const std::string version = insitu::version();
  return version.c_str();
}

const char* insitu_build(void) {
  static const std::string build = insitu::build_id();
  return build.c_str();
}

void insitu_forbid_files(void) { insitu::forbid_files_of_hosts(); }

insitu_request* insitu_request_new(const char* document) {
  return guarded<insitu_request*>(nullptr, [&] {
    require(document, "document");
    auto request = std::make_unique<insitu_request>();
    request->request.document = document;
    return request.release();
  });
}

int insitu_request_add_stream(insitu_request* request, ArrowArrayStream* stream) {
  return guarded(1, [&] {
    require(request, "request"), require(stream, "stream");
    if (!stream->release) throw insitu::InvalidArgument("the stream has been released");
    auto moved = std::make_unique<ArrowArrayStream>(std::exchange(*stream, ArrowArrayStream{}));
    request->request.streams.push_back(moved.get());
    request->streams.push_back(std::move(moved));
    return 0;
  });
}

int insitu_request_add_function(insitu_request* request, const char* name,
                                insitu_row_function function, void* user) {
  return guarded(1, [&] {
    require(request, "request"), require(name, "name");
    if (!function) throw insitu::InvalidArgument("function is NULL");
    request->request.functions[name] = [function, user](const insitu::Chunk& chunk,
                                                        const insitu::ChunkInfo& info) {
      return call_row_function(function, user, chunk, info);
    };
    return 0;
  });
}

insitu_reply* insitu_run(insitu_request* request, const insitu_callbacks* callbacks) {
  return guarded<insitu_reply*>(nullptr, [&] {
    require(request, "request");
    if (std::exchange(request->has_run, true))
      throw insitu::InvalidArgument("the request has been run: make a new one");
    auto reply = std::make_unique<insitu_reply>();
    reply->reply =
        insitu::run(std::move(request->request), callbacks_of(callbacks, &request->cancelled));
    return reply.release();
  });
}

void insitu_cancel(insitu_request* request) {
  if (request) request->cancelled.store(true, std::memory_order_relaxed);
}

void insitu_request_free(insitu_request* request) { delete request; }

const char* insitu_reply_document(const insitu_reply* reply) {
  return reply ? reply->reply.document.c_str() : "";
}

const char* insitu_reply_whole(insitu_reply* reply) {
  return guarded<const char*>(nullptr, [&] {
    require(reply, "reply");
    if (reply->whole.empty())
      reply->whole = insitu::whole_reply(reply->reply)
                         .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return reply->whole.c_str();
  });
}

size_t insitu_reply_array_count(const insitu_reply* reply) {
  return reply ? reply->reply.arrays.size() : 0;
}

const double* insitu_reply_array(const insitu_reply* reply, size_t position, size_t* rows,
                                 size_t* columns) {
  return guarded<const double*>(nullptr, [&] {
    require(reply, "reply");
    if (position >= reply->reply.arrays.size())
      throw insitu::InvalidArgument("the reply has no array " + std::to_string(position));
    const auto& array = reply->reply.arrays[position];
    if (rows) *rows = array.shape.empty() ? array.values.size() : array.shape[0];
    if (columns) *columns = array.shape.size() < 2 ? 1 : array.shape[1];
    return array.values.data();
  });
}

size_t insitu_reply_frame_count(const insitu_reply* reply) {
  return reply ? reply->reply.frames.size() : 0;
}

int insitu_reply_take_frame(insitu_reply* reply, size_t position, ArrowArrayStream* out) {
  return guarded(1, [&] {
    require(reply, "reply"), require(out, "out");
    if (position >= reply->reply.frames.size())
      throw insitu::InvalidArgument("the reply has no data frame " + std::to_string(position));
    auto& frame = reply->reply.frames[position];
    if (!frame.release)
      throw insitu::InvalidArgument("the data frame was taken before: " + std::to_string(position));
    *out = std::exchange(frame, ArrowArrayStream{});
    return 0;
  });
}

void insitu_reply_free(insitu_reply* reply) { delete reply; }
