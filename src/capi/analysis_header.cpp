#include "capi/analysis_header.hpp"

#include <nlohmann/json.hpp>

#include "report/lin_mod_report.hpp"
#include "report/summary_report.hpp"

namespace insitu {

using nlohmann::json;

ReportHeader report_header(const Call& call, const json& descriptor) {
  const auto& options = call.options;
  ReportHeader header;
  header.call = options.text("call");
  header.data_class = class_of(descriptor);
  header.file_name = file_of(descriptor);
  header.data_label = options.text("dataLabel", descriptor.value("name", std::string()));
  header.pweights = options.text("pweights");
  header.fweights = options.text("fweights");
  header.digits = static_cast<int>(options.whole("digits", 7));
  return header;
}

void add_printed(const Call& call, json& reply) {
  const auto header = report_header(call, descriptor_of(call.options.value("data"), "data"));
  const auto full = with_arrays(reply, call.reply.arrays);
  if (call.options.text("op") == "summary") {
    const auto text = summary_report(full, header);
    reply["printed"] = {{"print", text}, {"summary", text}};
  } else {
    reply["printed"] = {{"print", lin_mod_print(full, header)}, {"summary", lin_mod_summary(full, header)}};
  }
}

}  // namespace insitu
