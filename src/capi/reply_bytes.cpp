#include "capi/reply_bytes.hpp"

#include <tuple>
#include <utility>

#include "base/error.hpp"
#include "capi/reply_parts.hpp"

namespace insitu {

namespace {

constexpr std::string_view kReply = "hosted_reply";
constexpr const char* kArraysOfReply = "hosted_reply_arrays";

struct SavedReply {
  std::string document;
  Bytes arrays;
  static constexpr auto fields = std::tuple{&SavedReply::document, &SavedReply::arrays};
};

}  // namespace

Bytes reply_to_bytes(Reply& reply) {
  if (!reply.frames.empty())
    throw Unsupported("a result with data frames does not travel as one value");
  return seal(kReply, save(SavedReply{reply.document, save_arrays(reply, kArraysOfReply)}));
}

Reply reply_from_bytes(std::string_view sealed) {
  auto saved = load<SavedReply>(unseal(kReply, sealed));
  Reply reply;
  load_arrays(saved.arrays, kArraysOfReply, "the result", reply);
  checked_document(saved.document, "the result", reply);
  reply.document = std::move(saved.document);
  return reply;
}

}  // namespace insitu
