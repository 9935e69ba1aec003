// Predictors of insitu.h, over capi/hosted_predictor.hpp.
#include <insitu/insitu.h>

#include <memory>
#include <string_view>

#include "capi/c/guarded.hpp"
#include "capi/hosted_predictor.hpp"
#include "data/arrow.hpp"

struct insitu_predictor {
  insitu::HostedPredictor predictor;
};

using insitu::c::guarded;
using insitu::c::require;

insitu_predictor* insitu_predictor_new(const void* model, size_t size, const char* document,
                                       const ArrowSchema* schema) {
  return guarded<insitu_predictor*>(nullptr, [&] {
    require(schema, "schema");
    if (size) require(model, "model");
    return new insitu_predictor{
        {std::string_view(static_cast<const char*>(model), size), document ? document : "",
         std::make_shared<const insitu::Schema>(insitu::fields_from_arrow(*schema))}};
  });
}

int insitu_predictor_inputs(const insitu_predictor* predictor, ArrowSchema* out) {
  return guarded(1, [&] {
    require(predictor, "predictor"), require(out, "out");
    insitu::schema_to_arrow(*predictor->predictor.inputs(), out);
    return 0;
  });
}

int insitu_predictor_outputs(const insitu_predictor* predictor, ArrowSchema* out) {
  return guarded(1, [&] {
    require(predictor, "predictor"), require(out, "out");
    insitu::schema_to_arrow(*predictor->predictor.outputs(), out);
    return 0;
  });
}

int insitu_predictor_predict(insitu_predictor* predictor, ArrowArray* rows, ArrowArray* out) {
  return guarded(1, [&] {
    require(rows, "rows");
    const insitu::TakenArray taken(rows);
    require(predictor, "predictor"), require(out, "out");
    if (!rows->release) throw insitu::InvalidArgument("the rows have been released");
    auto& all = predictor->predictor;
    auto chunk = insitu::chunk_from_arrow(rows, all.arrow_inputs().get(), all.inputs());
    insitu::chunk_to_arrow(all.predict(std::move(chunk)), out);
    return 0;
  });
}

void insitu_predictor_free(insitu_predictor* predictor) { delete predictor; }
