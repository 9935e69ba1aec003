#include "formula/model/formula.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "base/error.hpp"
#include "base/number_text.hpp"

namespace insitu {

namespace {

constexpr std::size_t kMostTerms = 20000;
constexpr std::size_t kHighestOrder = 100;  // variables crossed in one term
constexpr int kDeepest = 1000;

/// A term with the texts of its factors, which decide whether two terms are the same.
struct Crossed {
  Term term;
  std::vector<std::string> texts;  // sorted
};

bool is_dot(const Expression& e) { return e.kind == Expression::Kind::kName && e.text == "."; }
bool is_number(const Expression& e) {
  return e.kind == Expression::Kind::kNumber || e.kind == Expression::Kind::kInteger;
}

[[noreturn]] void fail(const Expression& where, const std::string& what) {
  throw InvalidArgument("formula: " + what + " at position " + std::to_string(where.position + 1) +
                        ": " + deparse(where));
}

Crossed single(ExpressionPtr factor) {
  auto text = deparse(*factor);
  return {{{std::move(factor)}}, {std::move(text)}};
}

/// a:b; a factor that is in both counts once, but "." stands for several variables and stays.
Crossed cross(const Crossed& a, const Crossed& b, const Expression& where) {
  Crossed both = a;
  for (const auto& factor : b.term.factors) {
    auto text = deparse(*factor);
    if (!is_dot(*factor) && std::ranges::find(both.texts, text) != both.texts.end()) continue;
    if (both.texts.size() == kHighestOrder) fail(where, "more than 100 variables in one term");
    both.term.factors.push_back(factor);
    both.texts.push_back(std::move(text));
  }
  std::ranges::sort(both.texts);
  return both;
}

/// Terms in the order they were added, none twice.
class TermList {
 public:
  bool intercept_set = false;  // "0" or "1" was written
  bool intercept = false;      // what was written last

  void add(Crossed term, const Expression& where) {
    // A term that is added again is no longer taken away from ".".
    std::erase_if(removed, [&](const Crossed& gone) { return gone.texts == term.texts; });
    if (!known_.insert(term.texts).second) return;
    if (terms_.size() >= kMostTerms)
      fail(where, "more than " + std::to_string(kMostTerms) + " terms");
    terms_.push_back(std::move(term));
  }
  void add(const TermList& other, const Expression& where) {
    for (const auto& term : other.terms_) add(term, where);
    for (const auto& term : other.removed) remove(term);  // `a + (-b)`
    if (other.intercept_set) intercept_set = true, intercept = other.intercept;
  }
  void remove(const Crossed& term) {
    if (known_.erase(term.texts))
      std::erase_if(terms_, [&](const Crossed& each) { return each.texts == term.texts; });
    if (removed.size() < kMostTerms) removed.push_back(term);
  }
  const std::vector<Crossed>& terms() const { return terms_; }

  std::vector<Crossed> removed;

 private:
  std::vector<Crossed> terms_;
  std::set<std::vector<std::string>> known_;
};

TermList crossed(const TermList& a, const TermList& b, const Expression& where) {
  TermList result;
  if (a.terms().size() * b.terms().size() > 10 * kMostTerms) fail(where, "too many terms to cross");
  for (const auto& left : a.terms())
    for (const auto& right : b.terms()) result.add(cross(left, right, where), where);
  return result;
}

/// Whether the expression is combined from terms, not a variable by itself.
bool combines_terms(const Expression& e) {
  if (e.kind != Expression::Kind::kCall) return false;
  const auto& arguments = e.arguments;
  const auto any_number = [&] {
    return std::ranges::any_of(arguments,
                               [](const auto& argument) { return is_number(*argument.value); });
  };
  if (e.text == "+" || e.text == "-" || e.text == ":") return true;
  if (e.text == "(") return arguments.size() == 1 && combines_terms(*arguments[0].value);
  if (e.text == "*" || e.text == "/") return !any_number();
  if (e.text == "^") {
    const Expression* base = arguments[0].value.get();
    while (base->is_call("(")) base = base->arguments[0].value.get();
    return is_dot(*base) || (combines_terms(*base) && is_number(*arguments[1].value));
  }
  return false;
}

TermList expand(const ExpressionPtr& e, int depth);

TermList expand_power(const Expression& e, int depth) {
  const auto& exponent = *e.arguments[1].value;
  if (!is_number(exponent) || exponent.number < 1 ||
      exponent.number != static_cast<double>(static_cast<int>(exponent.number)))
    fail(e, "the power of terms must be a whole number from 1 on");
  const auto base = expand(e.arguments[0].value, depth);
  const bool has_dot = std::ranges::any_of(base.terms(), [](const Crossed& term) {
    return std::ranges::any_of(term.term.factors,
                               [](const auto& factor) { return is_dot(*factor); });
  });
  // Crossing n terms more than n times adds nothing, unless "." stands for many.
  auto times =
      static_cast<std::size_t>(std::min(exponent.number, static_cast<double>(kHighestOrder)));
  if (!has_dot) times = std::min(times, std::max<std::size_t>(base.terms().size(), 1));
  TermList result = base, last = base;
  for (std::size_t i = 1; i < times; ++i) {
    last = crossed(last, base, e);
    const auto before = result.terms().size();
    result.add(last, e);
    if (result.terms().size() == before) break;
  }
  // Lower orders first, as `a*b*c` gives them.
  TermList ordered;
  std::size_t highest = 0;
  for (const auto& term : result.terms()) highest = std::max(highest, term.term.factors.size());
  for (std::size_t order = 1; order <= highest; ++order)
    for (const auto& term : result.terms())
      if (term.term.factors.size() == order) ordered.add(term, e);
  ordered.intercept_set = base.intercept_set;
  ordered.intercept = base.intercept;
  return ordered;
}

/// A sum of terms, `a + b - c`: taken from left to right in a loop, because sums may be thousands
/// of terms long.
TermList expand_sum(const ExpressionPtr& e, int depth) {
  std::vector<const Expression*> operations;
  const auto* first = &e;
  while (((*first)->is_call("+") || (*first)->is_call("-")) && (*first)->arguments.size() == 2) {
    operations.push_back(first->get());
    first = &(*first)->arguments[0].value;
  }
  TermList result;
  if (operations.empty()) {  // a sign
    const auto terms = expand(e->arguments[0].value, depth);
    if (e->text == "+") return terms;
    for (const auto& term : terms.terms()) result.remove(term);
    if (terms.intercept_set) result.intercept_set = true, result.intercept = !terms.intercept;
    return result;
  }
  result = expand(*first, depth);
  for (auto it = operations.rbegin(); it != operations.rend(); ++it) {
    const auto& operation = **it;
    const auto right = expand(operation.arguments[1].value, depth);
    if (operation.text == "+") {
      result.add(right, operation);
    } else {
      for (const auto& term : right.terms()) result.remove(term);
      if (right.intercept_set) result.intercept_set = true, result.intercept = !right.intercept;
    }
  }
  return result;
}

TermList expand_call(const ExpressionPtr& e, int depth) {
  const auto& op = e->text;
  if (depth > kDeepest) fail(*e, "operators are nested too deeply");
  if (op == "(") return expand(e->arguments[0].value, depth);
  if (op == "^") return expand_power(*e, depth);
  if (op == "+" || op == "-") return expand_sum(e, depth);
  const auto left = expand(e->arguments[0].value, depth);
  const auto right = expand(e->arguments[1].value, depth);
  if (left.intercept_set || right.intercept_set)
    fail(*e, "0 and 1 can only be added to terms or taken from them");
  if (op == ":") return crossed(left, right, *e);
  TermList result = left;
  if (op == "*") {
    result.add(right, *e);
    result.add(crossed(left, right, *e), *e);
  } else {  // "/": the right-hand terms within all of the left-hand variables
    Crossed within;
    for (const auto& term : left.terms())
      within = within.term.factors.empty() ? term : cross(within, term, *e);
    for (const auto& term : right.terms()) result.add(cross(within, term, *e), *e);
  }
  return result;
}

bool is_infix(const Expression& e) {
  return e.kind == Expression::Kind::kCall && !e.text.empty() && e.text != "(" && e.text != "[" &&
         e.text != "[[" && !is_ascii_letter(e.text[0]) && e.text[0] != '.';
}

/// The expression without needless parentheses around it; `(a > 1)` keeps its own, so that it can
/// be read back.
ExpressionPtr bare(ExpressionPtr e) {
  while (e->is_call("(") && e->arguments.size() == 1) {
    const auto& inner = e->arguments[0].value;
    if (is_infix(*inner)) break;
    e = inner;
  }
  return e;
}

TermList expand(const ExpressionPtr& e, int depth) {
  if (combines_terms(*e)) return expand_call(e, depth + 1);
  TermList result;
  const auto inner = bare(e);
  switch (inner->kind) {
    case Expression::Kind::kNumber:
    case Expression::Kind::kInteger:
      if (inner->number != 0 && inner->number != 1)
        fail(*inner, "a number other than 0 and 1 is no term");
      result.intercept_set = true;
      result.intercept = inner->number == 1;
      return result;
    case Expression::Kind::kName:
      break;
    case Expression::Kind::kCall:
      if (inner->text == "~") fail(*inner, "a second '~'");
      if (inner->text == "%in%" && !inner->arguments.empty() &&
          inner->arguments[1].value->kind == Expression::Kind::kName)
        fail(*inner, "nesting is written a/b, not b %in% a,");
      if (inner->text == "|") fail(*inner, "conditioning with '|' belongs to plots");
      if (variables_of(*inner).empty()) fail(*inner, "a term without a variable");
      break;
    default:
      fail(*inner, "expected a variable, not a constant,");
  }
  result.add(single(inner), *inner);
  return result;
}

bool same(const Term& a, const Term& b) {
  const auto texts = [](const Term& term) {
    std::vector<std::string> all;
    for (const auto& factor : term.factors) all.push_back(deparse(*factor));
    std::ranges::sort(all);
    return all;
  };
  return a.factors.size() == b.factors.size() && texts(a) == texts(b);
}

bool holds_dot(const Term& term) {
  return std::ranges::any_of(term.factors, [](const auto& factor) { return is_dot(*factor); });
}

ExpressionPtr name_expression(const std::string& name) {
  auto e = std::make_shared<Expression>();
  e->kind = Expression::Kind::kName;
  e->text = name;
  return e;
}

void refuse_inner_dot(const Expression& e, bool top) {
  if (!top && is_dot(e)) fail(e, "'.' can only stand as a term");
  for (const auto& argument : e.arguments) refuse_inner_dot(*argument.value, false);
}

}  // namespace

Formula parse_formula(std::string_view text) {
  const auto tree = parse_expression(text, "formula");
  Formula formula;
  if (!tree->is_call("~"))
    throw InvalidArgument("formula: expected '~' between response and terms: " + std::string(text));
  const bool two_sided = tree->arguments.size() == 2;
  if (two_sided) {
    const auto left = bare(tree->arguments[0].value);
    if (left->is_call("cbind")) {
      for (const auto& argument : left->arguments) {
        if (!argument.name.empty()) fail(*left, "names inside cbind() have no meaning here");
        formula.responses.push_back(bare(argument.value));
      }
      if (formula.responses.empty()) fail(*left, "cbind() without a response");
    } else if (left->kind != Expression::Kind::kNull) {
      formula.responses.push_back(left);
    }
    for (const auto& response : formula.responses) {
      if (response->is_call("~")) fail(*response, "a second '~'");
      if (variables_of(*response).empty() || is_dot(*response))
        fail(*response, "the response must be a variable");
    }
  }
  const auto terms = expand(tree->arguments[two_sided ? 1 : 0].value, 0);
  formula.intercept = !terms.intercept_set || terms.intercept;
  for (const auto& each : terms.terms()) {
    for (const auto& factor : each.term.factors) refuse_inner_dot(*factor, true);
    if (holds_dot(each.term)) formula.all_variables = true;
    formula.terms.push_back(each.term);
  }
  if (formula.all_variables)
    for (const auto& each : terms.removed) formula.removed.push_back(each.term);
  return formula;
}

std::string deparse(const Term& term) {
  std::string text;
  for (const auto& factor : term.factors) text += (text.empty() ? "" : ":") + deparse(*factor);
  return text;
}

std::string deparse(const Formula& formula) {
  std::string text;
  if (formula.responses.size() == 1) text = deparse(*formula.responses[0]) + " ";
  if (formula.responses.size() > 1) {
    for (const auto& response : formula.responses)
      text += (text.empty() ? "cbind(" : ", ") + deparse(*response);
    text += ") ";
  }
  text += formula.responses.empty() ? "~" : "~ ";
  bool first = true;
  for (const auto& term : formula.terms) {
    text += (first ? "" : " + ") + deparse(term);
    first = false;
  }
  for (const auto& term : formula.removed)
    text += (first ? "-" : " - ") + deparse(term), first = false;
  if (first) return text + (formula.intercept ? "1" : "0");
  return formula.intercept ? text : text + " - 1";
}

Formula expand_dot(const Formula& formula, const std::vector<std::string>& variables) {
  Formula result = formula;
  result.all_variables = false;
  result.removed.clear();
  TermList terms;
  const Expression nowhere;
  for (const auto& term : formula.terms) {
    std::vector<Crossed> products(1);
    for (const auto& factor : term.factors) {
      std::vector<Crossed> next;
      for (const auto& product : products) {
        if (!is_dot(*factor)) {
          next.push_back(cross(product, single(factor), nowhere));
          continue;
        }
        for (const auto& name : variables)
          next.push_back(cross(product, single(name_expression(name)), nowhere));
      }
      if (next.size() > kMostTerms)
        throw InvalidArgument("formula: '.' expands to more than " + std::to_string(kMostTerms) +
                              " terms");
      products = std::move(next);
    }
    for (auto& product : products) terms.add(std::move(product), nowhere);
  }
  result.terms.clear();
  for (const auto& each : terms.terms())
    if (std::ranges::none_of(formula.removed,
                             [&](const Term& gone) { return same(gone, each.term); }))
      result.terms.push_back(each.term);
  return result;
}

std::vector<std::string> variables_of(const Formula& formula) {
  std::vector<std::string> names;
  const auto add = [&](const Expression& e) {
    for (auto& name : variables_of(e))
      if (name != "." && std::ranges::find(names, name) == names.end())
        names.push_back(std::move(name));
  };
  for (const auto& response : formula.responses) add(*response);
  for (const auto& term : formula.terms)
    for (const auto& factor : term.factors) add(*factor);
  return names;
}

}  // namespace insitu
