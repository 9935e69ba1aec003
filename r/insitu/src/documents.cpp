#include "documents.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "data/arrow.hpp"
#include "frames.hpp"
#include "text.hpp"
#include "vectors.hpp"

namespace insitu_r {

using nlohmann::json;

namespace {

constexpr int kDeepest = 100;       // of what is sent
constexpr int kDeepestRead = 1000;  // far from the end of the C stack

json number_to_json(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "Inf" : "-Inf";
  if (value == std::floor(value) && std::fabs(value) < 9e15 && !(value == 0 && std::signbit(value)))
    return static_cast<std::int64_t>(value);
  return value;
}

class Writer {
 public:
  json write(SEXP x, int depth = 0) {
    if (depth > kDeepest)
      throw insitu::InvalidArgument("lists deeper than " + std::to_string(kDeepest) +
                                    " levels cannot be passed to the engine");
    switch (TYPEOF(x)) {
      case NILSXP:
        return nullptr;
      case LGLSXP:
        return items(x, integers(x), [](int v) { return v == NA_LOGICAL ? json() : json(v != 0); });
      case INTSXP: {
        if (!inherits(x, "factor"))
          return items(x, integers(x), [](int v) { return v == NA_INTEGER ? json() : json(v); });
        const Kept labels(attribute(x, R_LevelsSymbol));
        if (TYPEOF(labels) != STRSXP)
          throw insitu::InvalidArgument("a factor without levels cannot be passed to the engine");
        const auto names = strings(labels);
        return items(x, integers(x), [&](int v) {
          return v < 1 || static_cast<std::size_t>(v) > names.size()
                     ? json()
                     : text(names[static_cast<std::size_t>(v) - 1]);
        });
      }
      case REALSXP:
        return items(x, doubles(x), number_to_json);
      case STRSXP:
        return items(x, strings(x), [&](SEXP v) { return text(v); });
      case VECSXP:
        return list(x, depth);
      default:
        throw insitu::InvalidArgument(
            std::string("cannot be passed to the engine: a value of type ") +
            Rf_type2char(TYPEOF(x)));
    }
  }

 private:
  json text(SEXP x) { return x == NA_STRING ? json() : json(reader_.read(x, "an argument")); }

  json items(SEXP x, auto values, auto&& item) {
    if (values.size() == 1 && !inherits(x, "AsIs")) return json(item(values[0]));
    json array = json::array();
    for (const auto& value : values) array.push_back(item(value));
    return array;
  }

  json list(SEXP x, int depth) {
    const auto length = Rf_xlength(x);
    const Kept names(attribute(x, R_NamesSymbol));
    const bool named = TYPEOF(names) == STRSXP;
    json out = named ? json::object() : json::array();
    for (R_xlen_t i = 0; i < length; ++i) {
      const Kept member(item(x, i));
      if (named)
        out[reader_.read(strings(names)[static_cast<std::size_t>(i)], "the name of an argument")] =
            write(member, depth + 1);
      else
        out.push_back(write(member, depth + 1));
    }
    return out;
  }

  TextReader reader_;
};

/// An object as the parser meets it: in order, in linear time. Our own documents have no key twice.
template <class Key, class T, class Compare = std::less<Key>,
          class Allocator = std::allocator<std::pair<const Key, T>>>
struct InOrder : nlohmann::ordered_map<Key, T, Compare, Allocator> {
  using nlohmann::ordered_map<Key, T, Compare, Allocator>::ordered_map;
  template <class Given>
  T& operator[](Given&& key) {
    this->emplace_back(std::forward<Given>(key), T{});
    return this->back().second;
  }
};
using Document = nlohmann::basic_json<InOrder>;

class Reader {
 public:
  explicit Reader(insitu::Reply& reply) : reply_(reply) {}

  SEXP read(const Document& value) {
    if (!value.is_structured()) return guarded([&] { return scalar(value); });
    if (depth_ > kDeepestRead)
      throw insitu::DataError("a document is nested too deeply: more than " +
                              std::to_string(kDeepestRead) + " levels");
    ++depth_;
    SEXP out = value.is_object() ? object(value) : array(value);
    --depth_;
    return out;
  }

 private:
  static constexpr const char* kText = "the answer";
  int depth_ = 0;

  /// Inside `guarded`.
  static SEXP scalar(const Document& value) {
    if (value.is_boolean()) return Rf_ScalarLogical(value.get<bool>());
    if (value.is_number()) return Rf_ScalarReal(value.get<double>());
    if (!value.is_string()) return R_NilValue;
    SEXP text = Rf_protect(checked_char(value.get_ref<const std::string&>(), kText));
    SEXP out = Rf_ScalarString(text);
    Rf_unprotect(1);
    return out;
  }

  SEXP object(const Document& value) {
    if (!value.empty()) {
      const auto only = value.begin();
      if (only.key() == "$array") return labelled(value, only->get<std::size_t>());
      if (only.key() == "$frame" && value.size() == 1) {
        auto [schema, chunks] = insitu::import_stream(&reply_.frames.at(only->get<std::size_t>()));
        return frame_of(schema, chunks);
      }
    }
    const auto n = static_cast<R_xlen_t>(value.size());
    const Kept list([&] { return Rf_allocVector(VECSXP, n); });
    const Kept names([&] { return Rf_allocVector(STRSXP, n); });
    R_xlen_t i = 0;
    for (const auto& [key, member] : value.items()) {
      SET_VECTOR_ELT(list, i, read(member));
      guarded([&, &name = key] { SET_STRING_ELT(names, i, checked_char(name, kText)); });
      ++i;
    }
    guarded([&] { Rf_setAttrib(list, R_NamesSymbol, names); });
    if (value.contains("class") && value.contains("model")) keep_document(list, value);
    return list;
  }

  /// The reply of a fit keeps its text, so that a model file can be made of it to the letter: a
  /// vector of R does not tell whether it was an array of one value.
  static void keep_document(SEXP list, const Document& value) {
    Document kept = value;
    kept.at("model") = nullptr;
    kept.erase("execution");  // of this call, no part of the model
    const auto document = kept.dump();
    const Kept text([&] { return checked_char(document, kText); });
    guarded([&] {
      SEXP out = Rf_protect(Rf_ScalarString(text));
      Rf_setAttrib(list, Rf_install("document"), out);
      Rf_unprotect(1);
    });
  }

  /// An array of the reply; the names of its labels are attributes (results.R).
  SEXP labelled(const Document& value, std::size_t position) {
    const Kept out([&] { return numbers(reply_.arrays.at(position)); });
    guarded([&] {
      SEXP at = Rf_protect(Rf_ScalarInteger(static_cast<int>(position) + 1));
      Rf_setAttrib(out, Rf_install("position"), at);
      Rf_unprotect(1);
    });
    for (const auto* key : {"rows", "columns"})
      if (const auto found = value.find(key); found != value.end())
        guarded([&] {
          SEXP name =
              Rf_protect(Rf_mkString(found->template get_ref<const std::string&>().c_str()));
          Rf_setAttrib(out, Rf_install(key), name);
          Rf_unprotect(1);
        });
    if (value.contains("drop"))
      guarded([&] {
        SEXP yes = Rf_protect(Rf_ScalarLogical(1));
        Rf_setAttrib(out, Rf_install("drop"), yes);
        Rf_unprotect(1);
      });
    return out;
  }

  static SEXP numbers(const insitu::NumericArray& array) {
    const Kept out(
        [&] { return Rf_allocVector(REALSXP, static_cast<R_xlen_t>(array.values.size())); });
    std::transform(array.values.begin(), array.values.end(), REAL(out),
                   [](double v) { return std::isnan(v) ? NA_REAL : v; });
    if (array.shape.size() == 2)
      guarded([&] {
        SEXP dim = Rf_protect(Rf_allocVector(INTSXP, 2));
        INTEGER(dim)[0] = static_cast<int>(array.shape[0]);
        INTEGER(dim)[1] = static_cast<int>(array.shape[1]);
        Rf_setAttrib(out, R_DimSymbol, dim);
        Rf_unprotect(1);
      });
    return out;
  }

  static bool is_infinite(const Document& value) {
    return value.is_string() && (value == "Inf" || value == "-Inf");
  }

  static double number(const Document& value) {
    if (value.is_null()) return NA_REAL;
    if (value.is_number()) return value.get<double>();
    return value == "Inf" ? R_PosInf : R_NegInf;
  }

  SEXP array(const Document& value) {
    bool numeric = false, no_other = true, text = true, logical = true;
    for (const auto& item : value) {
      numeric |= item.is_number();
      no_other &= item.is_null() || item.is_number() || is_infinite(item);
      text &= item.is_null() || item.is_string();
      logical &= item.is_boolean();
    }
    const auto n = static_cast<R_xlen_t>(value.size());
    if (numeric && no_other) {
      const Kept out([&] { return Rf_allocVector(REALSXP, n); });
      std::transform(value.begin(), value.end(), REAL(out), number);
      return out;
    }
    if (n > 0 && text) {
      const Kept out([&] { return Rf_allocVector(STRSXP, n); });
      guarded([&] {
        R_xlen_t i = 0;
        for (const auto& item : value)
          SET_STRING_ELT(out, i++,
                         item.is_null()
                             ? NA_STRING
                             : checked_char(item.template get_ref<const std::string&>(), kText));
      });
      return out;
    }
    if (n > 0 && logical) {
      const Kept out([&] { return Rf_allocVector(LGLSXP, n); });
      std::transform(value.begin(), value.end(), LOGICAL(out),
                     [](const Document& item) { return item.get<bool>() ? 1 : 0; });
      return out;
    }
    const Kept out([&] { return Rf_allocVector(VECSXP, n); });
    R_xlen_t i = 0;
    for (const auto& item : value) SET_VECTOR_ELT(out, i++, read(item));
    return out;
  }

  insitu::Reply& reply_;
};

}  // namespace

json to_json(SEXP x) { return Writer().write(x); }

SEXP reply_to_r(insitu::Reply& reply) {
  return Reader(reply).read(Document::parse(reply.document));
}

}  // namespace insitu_r
