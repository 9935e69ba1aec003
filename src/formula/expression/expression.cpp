#include "formula/expression/expression.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "formula/expression/text.hpp"

namespace insitu {

namespace {

constexpr std::size_t kMaxLength = 4 << 20;  // characters of one expression
constexpr int kMaxNesting = 200;  // brackets, calls and prefix operators inside each other

/// Binding powers as in R's ?Syntax, loosest first. Higher binds tighter.
enum Precedence : int {
  kLowest = 0,
  kTilde = 1,
  kOr = 2,
  kAnd = 3,
  kNot = 4,
  kCompare = 5,
  kSum = 6,
  kProduct = 7,
  kSpecial = 8,  // %in%, %%, %/%
  kRange = 9,    // :
  kUnary = 10,
  kPower = 11,
};

enum class TokenKind { kEnd, kNumber, kInteger, kString, kName, kQuotedName, kOperator };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;  // the name, the unescaped string, the operator
  double number = 0;
  std::size_t begin = 0, end = 0;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
bool is_name_part(char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '_'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

class Lexer {
 public:
  Lexer(std::string_view text, std::string_view what) : text_(text), what_(what) {}

  [[noreturn]] void fail(std::size_t position, const std::string& message) const {
    // Show the text around the place, cut at characters.
    auto begin = position > 30 ? position - 30 : 0;
    while (begin > 0 && is_continuation(begin)) --begin;
    auto end = std::min(text_.size(), position + 30);
    while (end < text_.size() && is_continuation(end)) ++end;
    std::string shown(begin > 0 ? "..." : "");
    for (const char c : text_.substr(std::min(begin, text_.size()), end - begin))
      shown += c == '\n' || c == '\r' ? ' ' : c;
    if (end < text_.size()) shown += "...";
    throw InvalidArgument(std::string(what_) + ": " + message + " at position " +
                          std::to_string(position + 1) + " of: " + shown);
  }

  Token next() {
    skip_space();
    Token token;
    token.begin = at_;
    if (at_ < text_.size()) {
      const char c = text_[at_];
      if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
        number(token);
      } else if ((c == 'r' || c == 'R') && at_ + 1 < text_.size() &&
                 (text_[at_ + 1] == '"' || text_[at_ + 1] == '\'')) {
        raw_string(token);
      } else if (is_letter(c) || c == '.') {
        while (at_ < text_.size() && is_name_part(text_[at_])) ++at_;
        token.kind = TokenKind::kName;
        token.text = text_.substr(token.begin, at_ - token.begin);
      } else if (c == '"' || c == '\'') {
        token.kind = TokenKind::kString;
        quoted(token);
      } else if (c == '`') {
        token.kind = TokenKind::kQuotedName;
        quoted(token);
        if (token.text.empty()) fail(token.begin, "empty name");
      } else {
        token.kind = TokenKind::kOperator;
        operator_text(token);
      }
    }
    token.end = at_;
    return token;
  }

 private:
  bool is_continuation(std::size_t i) const {
    return i < text_.size() && (text_[i] & 0xc0) == 0x80;
  }

  void skip_space() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
        if (at_ == text_.size()) return;
      } else if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f') {
        return;
      }
    }
  }

  void number(Token& token) {
    const auto* begin = text_.data() + at_;
    const auto* end = text_.data() + text_.size();
    if (*begin == '0' && end - begin > 2 && (begin[1] == 'x' || begin[1] == 'X') &&
        hex_value(begin[2]) >= 0) {
      const auto* p = begin + 2;
      for (; p < end && hex_value(*p) >= 0; ++p) token.number = token.number * 16 + hex_value(*p);
      at_ += static_cast<std::size_t>(p - begin);
    } else {
      const auto* p = begin;
      while (p < end && is_digit(*p)) ++p;
      if (p < end && *p == '.') ++p;
      while (p < end && is_digit(*p)) ++p;
      if (p < end && (*p == 'e' || *p == 'E')) {
        const auto* q = p + 1;
        if (q < end && (*q == '+' || *q == '-')) ++q;
        if (q < end && is_digit(*q)) {
          while (q < end && is_digit(*q)) ++q;
          p = q;
        }
      }
      const auto result = std::from_chars(begin, p, token.number);
      const bool plain = std::all_of(begin, p, is_digit);
      if (std::int64_t whole = 0;
          plain && token.number >= 0x1p53 && std::from_chars(begin, p, whole).ec == std::errc{})
        token.text.assign(begin, p);  // a double would lose digits
      if (result.ec == std::errc::result_out_of_range) {
        // Too large is Inf and too small is 0, as in R: an exponent below zero or leading zeros
        // tell which.
        const std::string_view digits(begin, static_cast<std::size_t>(p - begin));
        const auto e = digits.find_first_of("eE");
        const bool small =
            e == digits.npos ? digits[0] == '0' || digits[0] == '.' : digits[e + 1] == '-';
        token.number = small ? 0 : std::numeric_limits<double>::infinity();
      }
      at_ += static_cast<std::size_t>(p - begin);
    }
    token.kind = TokenKind::kNumber;
    if (at_ < text_.size() && text_[at_] == 'L') {
      ++at_;
      if (token.number == std::trunc(token.number) && token.number <= 2147483647)
        token.kind = TokenKind::kInteger;
    } else if (at_ < text_.size() && text_[at_] == 'i') {
      fail(token.begin, "complex numbers are not supported");
    }
    if (at_ < text_.size() && is_name_part(text_[at_]))
      fail(at_, "a number may not be followed by a name");
  }

  void raw_string(Token& token) {
    // r"(...)", r"---[...]---", r'{...}'
    const char quote = text_[at_ + 1];
    auto p = at_ + 2;
    std::size_t dashes = 0;
    while (p < text_.size() && text_[p] == '-') ++dashes, ++p;
    const char open = p < text_.size() ? text_[p] : '\0';
    const char close = open == '(' ? ')' : open == '[' ? ']' : open == '{' ? '}' : '\0';
    if (!close) fail(at_, "malformed raw string");
    const auto end_mark = std::string(1, close) + std::string(dashes, '-') + quote;
    const auto end = text_.find(end_mark, p + 1);
    if (end == std::string_view::npos) fail(at_, "string is not closed");
    token.kind = TokenKind::kString;
    token.text = text_.substr(p + 1, end - p - 1);
    at_ = end + end_mark.size();
  }

  std::uint32_t hex_escape(std::size_t start, int most, bool braces) {
    const bool braced = braces && at_ < text_.size() && text_[at_] == '{';
    if (braced) ++at_;
    std::uint32_t code = 0;
    int digits = 0;
    for (; digits < most && at_ < text_.size() && hex_value(text_[at_]) >= 0; ++digits, ++at_)
      code = code * 16 + static_cast<std::uint32_t>(hex_value(text_[at_]));
    if (digits == 0) fail(start, "escape without hexadecimal digits");
    if (braced && (at_ == text_.size() || text_[at_++] != '}')) fail(start, "escape is not closed");
    if (code == 0) fail(start, "strings may not hold the character with code zero");
    return code;
  }

  void quoted(Token& token) {
    const auto start = at_;
    const char quote = text_[at_++];
    for (;;) {
      if (at_ >= text_.size())
        fail(start, quote == '`' ? "name is not closed" : "string is not closed");
      char c = text_[at_++];
      if (c == quote) return;
      if (c != '\\') {
        token.text += c;
        continue;
      }
      const auto escape = at_ - 1;
      if (at_ >= text_.size()) fail(start, "string is not closed");
      c = text_[at_++];
      switch (c) {
        case 'n':
          token.text += '\n';
          break;
        case 't':
          token.text += '\t';
          break;
        case 'r':
          token.text += '\r';
          break;
        case 'a':
          token.text += '\a';
          break;
        case 'b':
          token.text += '\b';
          break;
        case 'f':
          token.text += '\f';
          break;
        case 'v':
          token.text += '\v';
          break;
        case '\\':
        case '"':
        case '\'':
        case '`':
        case ' ':
        case '\n':
          token.text += c;
          break;
        case 'x':
          append_character(token.text, hex_escape(escape, 2, false));
          break;
        case 'u':
        case 'U': {
          const auto code = hex_escape(escape, c == 'u' ? 4 : 8, true);
          if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
            fail(escape, "not a Unicode character");
          append_character(token.text, code);
          break;
        }
        default: {
          if (c < '0' || c > '7')
            fail(escape, std::string("unknown escape '\\") + c + "' in a string");
          int code = c - '0';
          for (int i = 0; i < 2 && at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '7';
               ++i)
            code = code * 8 + (text_[at_++] - '0');
          if (code == 0) fail(escape, "strings may not hold the character with code zero");
          append_character(token.text, static_cast<std::uint32_t>(code & 0xff));
        }
      }
    }
  }

  void operator_text(Token& token) {
    if (text_[at_] == '%') {
      const auto end = text_.find('%', at_ + 1);
      if (end == std::string_view::npos ||
          text_.substr(at_, end - at_).find('\n') != std::string_view::npos)
        fail(at_, "unexpected '%'");
      token.text = text_.substr(at_, end + 1 - at_);
      at_ = end + 1;
      return;
    }
    static constexpr std::array<std::string_view, 16> kLong = {
        "<<-", "->>", ":::", "**", "==", "!=", "<=", ">=",
        "&&",  "||",  "<-",  "->", "[[", "::", "|>", "//"};
    for (const auto candidate : kLong) {
      if (text_.substr(at_, candidate.size()) != candidate) continue;
      // "x<-1" is an assignment in R; so it is here, and an error: a silent comparison would
      // surprise.
      token.text = candidate;
      at_ += candidate.size();
      return;
    }
    static constexpr std::string_view kSingle = "+-*/^:<>!&|~()[]{},=$@;?";
    if (kSingle.find(text_[at_]) == std::string_view::npos) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      fail(at_, c < 0x20 || c == 0x7f
                    ? "unexpected character with code " + std::to_string(c)
                    : "unexpected '" + std::string(1, static_cast<char>(c)) + "'");
    }
    token.text = text_[at_++];
  }

  std::string_view text_, what_;
  std::size_t at_ = 0;
};

struct BinaryOperator {
  std::string name;
  int precedence;
  bool right = false;
  bool chains = true;  // false: a < b < c is an error
};

class Parser {
 public:
  Parser(std::string_view text, std::string_view what) : lexer_(text, what) { advance(); }

  ExpressionPtr whole() {
    if (token_.kind == TokenKind::kEnd) lexer_.fail(0, "empty expression");
    auto expression = parse(kLowest);
    if (token_.kind == TokenKind::kName && token_.text == "is")
      lexer_.fail(token_.begin, "there is no operator 'is'; write is.na(x) or !is.na(x)");
    if (token_.kind != TokenKind::kEnd) unexpected("an operator or the end");
    return expression;
  }

 private:
  struct Nesting {
    Nesting(Parser& parser) : depth(parser.depth_) {
      if (++depth > kMaxNesting) {
        --depth;  // the destructor does not run
        parser.lexer_.fail(parser.token_.begin,
                           "nested deeper than " + std::to_string(kMaxNesting) + " levels");
      }
    }
    ~Nesting() { --depth; }
    int& depth;
  };

  void advance() { token_ = lexer_.next(); }
  bool at(std::string_view op) const {
    return token_.kind == TokenKind::kOperator && token_.text == op;
  }

  std::string shown() const {
    switch (token_.kind) {
      case TokenKind::kEnd:
        return "end of text";
      case TokenKind::kNumber:
      case TokenKind::kInteger:
        return "number";
      case TokenKind::kString:
        return "string";
      default:
        return "'" + token_.text + "'";
    }
  }

  [[noreturn]] void unexpected(const std::string& wanted) const {
    if (at("=")) lexer_.fail(token_.begin, "unexpected '=' (use == to compare)");
    if (at("<-") || at("<<-") || at("->") || at("->>"))
      lexer_.fail(token_.begin,
                  "assignments are not in the portable subset; use one transform per variable, or "
                  "`transformFunc` (for 'less than minus' write a space: x < -1)"_named);
    if (at(";"))
      lexer_.fail(token_.begin,
                  "several statements are not in the portable subset; use `transformFunc`"_named);
    lexer_.fail(token_.begin, "unexpected " + shown() + ", expected " + wanted);
  }

  void expect(std::string_view op) {
    if (!at(op)) unexpected("'" + std::string(op) + "'");
    advance();
  }

  static ExpressionPtr call(std::string function, std::vector<Expression::Argument> arguments,
                            std::size_t position) {
    auto node = std::make_shared<Expression>();
    node->kind = Expression::Kind::kCall;
    node->text = std::move(function);
    node->arguments = std::move(arguments);
    node->position = position;
    return node;
  }

  static std::shared_ptr<Expression> leaf(Expression::Kind kind, std::size_t position,
                                          double number = 0, std::string text = {}) {
    auto node = std::make_shared<Expression>();
    node->kind = kind;
    node->number = number;
    node->text = std::move(text);
    node->position = position;
    return node;
  }

  /// The binary operator at the current token, if it is one.
  std::optional<BinaryOperator> binary() const {
    if (token_.kind == TokenKind::kName) {  // Python's spellings stand where a name cannot
      if (token_.text == "and") return BinaryOperator{"&", kAnd};
      if (token_.text == "or") return BinaryOperator{"|", kOr};
      if (token_.text == "in") return BinaryOperator{"%in%", kCompare, false, false};
      if (token_.text == "not" && next_is_name("in"))
        return BinaryOperator{"not in", kCompare, false, false};
      return std::nullopt;
    }
    if (token_.kind != TokenKind::kOperator) return std::nullopt;
    const auto& t = token_.text;
    if (t == "^" || t == "**") return BinaryOperator{"^", kPower, true};
    if (t == ":") return BinaryOperator{t, kRange};
    if (t == "//") return BinaryOperator{"%/%", kProduct};
    if (t == "*" || t == "/") return BinaryOperator{t, kProduct};
    if (t == "+" || t == "-") return BinaryOperator{t, kSum};
    if (t == "<" || t == ">" || t == "<=" || t == ">=" || t == "==" || t == "!=")
      return BinaryOperator{t, kCompare, false, false};
    if (t == "&" || t == "&&") return BinaryOperator{t, kAnd};
    if (t == "|" || t == "||") return BinaryOperator{t, kOr};
    if (t == "~") return BinaryOperator{t, kTilde};
    if (t[0] == '%') {
      if (t != "%in%" && t != "%%" && t != "%/%")
        lexer_.fail(token_.begin,
                    "operator not in the portable subset: " + t + "; use `transformFunc`"_named);
      return BinaryOperator{t, kSpecial};
    }
    return std::nullopt;
  }

  /// Parses operators that bind tighter than `above`.
  ExpressionPtr parse(int above) {
    const Nesting nesting(*this);
    auto left = operand();
    bool compared = false;
    while (auto op = binary()) {
      if (op->precedence <= above) break;
      if (!op->chains && compared)
        lexer_.fail(token_.begin, "comparisons cannot be chained; write (a < b) & (b < c)");
      compared = !op->chains;
      advance();
      const bool not_in = op->name == "not in";
      if (not_in) {
        advance();
        op->name = "%in%";
      }
      // In R the right side of ^ may begin with a sign; operand() reads it.
      auto right = parse(op->right ? op->precedence - 1 : op->precedence);
      const auto position = left->position;
      if (not_in) {
        left = call(
            "!", {{"", call(op->name, {{"", std::move(left)}, {"", std::move(right)}}, position)}},
            position);
        continue;
      }
      left = call(std::move(op->name), {{"", std::move(left)}, {"", std::move(right)}}, position);
    }
    if (above == kLowest && token_.kind == TokenKind::kName && token_.text == "if")
      return conditional(std::move(left));
    return left;
  }

  /// Python's `yes if test else no`, which is ifelse(test, yes, no).
  ExpressionPtr conditional(ExpressionPtr yes) {
    const auto position = yes->position;
    advance();
    auto test = parse(kTilde);  // an `if` behind it would be another condition
    if (token_.kind != TokenKind::kName || token_.text != "else") unexpected("'else'");
    advance();
    auto no = parse(kLowest);
    return call("ifelse", {{"", std::move(test)}, {"", std::move(yes)}, {"", std::move(no)}},
                position);
  }

  bool next_is_name(std::string_view name) const {
    Lexer ahead = lexer_;
    const auto after = ahead.next();
    return after.kind == TokenKind::kName && after.text == name;
  }

  bool starts_operand() const {
    if (token_.kind == TokenKind::kEnd) return false;
    if (token_.kind == TokenKind::kOperator)
      return at("(") || at("!") || at("-") || at("+") || at("{");
    return token_.text != "and" && token_.text != "or" && token_.text != "in";
  }

  ExpressionPtr operand() {
    const auto position = token_.begin;
    if (token_.kind == TokenKind::kOperator) {
      for (const auto& [op, precedence] :
           {std::pair{"-", kUnary}, {"+", kUnary}, {"!", kNot}, {"~", kTilde}}) {
        if (!at(op)) continue;
        advance();
        // A prefix operator takes all that binds at least as tight as itself.
        return call(op, {{"", parse(precedence - (precedence == kUnary ? 0 : 1))}}, position);
      }
    }
    return postfix(primary());
  }

  ExpressionPtr postfix(ExpressionPtr value) {
    for (;;) {
      if (at("[[")) {
        advance();
        auto index = arguments("]");
        expect("]");
        index.insert(index.begin(), {"", std::move(value)});
        value = make_index("[[", std::move(index));
      } else if (at("[")) {
        advance();
        auto index = arguments("]");
        index.insert(index.begin(), {"", std::move(value)});
        value = make_index("[", std::move(index));
      } else if (at("$")) {
        advance();
        if (token_.kind != TokenKind::kName && token_.kind != TokenKind::kQuotedName &&
            token_.kind != TokenKind::kString)
          unexpected("a name after '$'");
        auto name = leaf(Expression::Kind::kString, token_.begin, 0, token_.text);
        advance();
        const auto position = value->position;
        value = call("$", {{"", std::move(value)}, {"", std::move(name)}}, position);
      } else if (at("@")) {
        lexer_.fail(token_.begin,
                    "slots ('@') are not in the portable subset; use `transformFunc`"_named);
      } else if (at("(")) {
        lexer_.fail(token_.begin, "only functions that are named can be called");
      } else {
        return value;
      }
    }
  }

  ExpressionPtr make_index(std::string op, std::vector<Expression::Argument> arguments) {
    const auto position = arguments[0].value->position;
    if (arguments.size() != 2)
      lexer_.fail(position, "'" + op + "' takes one index in the portable subset");
    return call(std::move(op), std::move(arguments), position);
  }

  /// Arguments up to and including `close`.
  std::vector<Expression::Argument> arguments(std::string_view close) {
    std::vector<Expression::Argument> list;
    if (at(close)) {
      advance();
      return list;
    }
    for (;;) {
      Expression::Argument argument;
      if (at(",") || at(close)) unexpected("an argument");
      const bool can_be_name = token_.kind == TokenKind::kName ||
                               token_.kind == TokenKind::kQuotedName ||
                               token_.kind == TokenKind::kString;
      if (can_be_name) {
        Lexer ahead = lexer_;
        const auto after = ahead.next();
        if (after.kind == TokenKind::kOperator && after.text == "=") {
          argument.name = token_.text;
          advance();
          advance();
        }
      }
      argument.value = parse(kLowest);
      list.push_back(std::move(argument));
      if (at(close)) break;
      if (!at(",")) unexpected("',' or '" + std::string(close) + "'");
      advance();
    }
    advance();
    return list;
  }

  ExpressionPtr primary() {
    const auto position = token_.begin;
    using Kind = Expression::Kind;
    switch (token_.kind) {
      case TokenKind::kEnd:
        unexpected("a value");
      case TokenKind::kNumber: {
        auto node = leaf(Kind::kNumber, position, token_.number, std::move(token_.text));
        advance();
        return node;
      }
      case TokenKind::kInteger: {
        auto node = leaf(Kind::kInteger, position, token_.number);
        advance();
        return node;
      }
      case TokenKind::kString: {
        auto node = leaf(Kind::kString, position, 0, std::move(token_.text));
        advance();
        return node;
      }
      case TokenKind::kQuotedName:
      case TokenKind::kName:
        return name();
      case TokenKind::kOperator:
        break;
    }
    if (at("(")) {
      advance();
      auto inner = parse(kLowest);
      if (at(",")) {  // Python's (a, b) is c(a, b)
        advance();
        std::vector<Expression::Argument> items;
        if (!at(")"))
          items = arguments(")");
        else
          advance();
        items.insert(items.begin(), {"", std::move(inner)});
        return call("c", std::move(items), position);
      }
      expect(")");
      return call("(", {{"", std::move(inner)}}, position);
    }
    if (at("[")) {  // Python's [a, b]
      advance();
      return call("c", arguments("]"), position);
    }
    if (at("{")) {
      const Nesting nesting(*this);
      advance();
      if (at("}")) unexpected("an expression");
      auto inner = parse(kLowest);
      if (at(";")) advance();
      if (!at("}")) {
        if (token_.kind == TokenKind::kEnd) unexpected("'}'");
        if (at("=") || at("<-")) unexpected("");
        lexer_.fail(token_.begin,
                    "several statements are not in the portable subset; use `transformFunc`"_named);
      }
      advance();
      return inner;  // braces round one expression add nothing
    }
    unexpected("a value");
  }

  ExpressionPtr name() {
    using Kind = Expression::Kind;
    const bool plain = token_.kind == TokenKind::kName;
    const auto position = token_.begin;
    auto text = std::move(token_.text);
    advance();
    if (plain && text == "not" && starts_operand())
      return call("!", {{"", parse(kNot - 1)}}, position);
    if (at("::") || at(":::")) {
      if (text != "base" && text != "stats" && text != "utils")
        lexer_.fail(position, "functions of packages are not in the portable subset: " + text +
                                  "::; use `transformFunc`"_named);
      advance();
      if (token_.kind != TokenKind::kName) unexpected("a function");
      text = token_.text;
      advance();
      if (!at("(")) unexpected("'('");
    }
    if (plain) {
      if (text == "function" || text == "if" || text == "for" || text == "while" ||
          text == "repeat" || text == "else" || text == "break" || text == "next" ||
          text == "lambda")
        lexer_.fail(position, "'" + text + "' is not in the portable subset; use " +
                                  (text == "if" || text == "else" ? "ifelse() or " : "") +
                                  named("transformFunc"));
    }
    if (at("(")) {
      if (plain) text = function_of_python(std::move(text), position);
      advance();
      return call(std::move(text), arguments(")"), position);
    }
    if (plain && (text.starts_with("np.") || text.starts_with("math."))) {
      const auto constant = text.substr(text.find('.') + 1);
      if (constant == "pi") text = "pi";
      if (constant == "nan") text = "NaN";
      if (constant == "inf") text = "Inf";
    }
    if (plain) {
      if (text == "TRUE" || text == "T" || text == "True") return leaf(Kind::kLogical, position, 1);
      if (text == "FALSE" || text == "F" || text == "False")
        return leaf(Kind::kLogical, position, 0);
      if (text == "NULL" || text == "None") return leaf(Kind::kNull, position);
      if (text == "NA" || text == "NA_integer_" || text == "NA_real_" || text == "NA_character_")
        return leaf(Kind::kMissing, position, 0, std::move(text));
      if (text == "Inf")
        return leaf(Kind::kNumber, position, std::numeric_limits<double>::infinity());
      if (text == "NaN")
        return leaf(Kind::kNumber, position, std::numeric_limits<double>::quiet_NaN());
      if (text == "pi") return leaf(Kind::kNumber, position, 3.141592653589793, "pi");
    }
    return leaf(Kind::kName, position, 0, std::move(text));
  }

  /// np.log is log: functions of NumPy and of Python's math by R's names.
  std::string function_of_python(std::string text, std::size_t position) const {
    const auto dot = text.find('.');
    const auto module = text.substr(0, dot);
    if (dot == std::string::npos || (module != "np" && module != "numpy" && module != "math"))
      return text;
    static const std::unordered_map<std::string, std::string> kNames = {{"abs", "abs"},
                                                                        {"fabs", "abs"},
                                                                        {"absolute", "abs"},
                                                                        {"sqrt", "sqrt"},
                                                                        {"exp", "exp"},
                                                                        {"expm1", "expm1"},
                                                                        {"log", "log"},
                                                                        {"log2", "log2"},
                                                                        {"log10", "log10"},
                                                                        {"log1p", "log1p"},
                                                                        {"floor", "floor"},
                                                                        {"ceil", "ceiling"},
                                                                        {"trunc", "trunc"},
                                                                        {"round", "round"},
                                                                        {"around", "round"},
                                                                        {"sign", "sign"},
                                                                        {"sin", "sin"},
                                                                        {"cos", "cos"},
                                                                        {"tan", "tan"},
                                                                        {"arcsin", "asin"},
                                                                        {"arccos", "acos"},
                                                                        {"arctan", "atan"},
                                                                        {"arctan2", "atan2"},
                                                                        {"asin", "asin"},
                                                                        {"acos", "acos"},
                                                                        {"atan", "atan"},
                                                                        {"atan2", "atan2"},
                                                                        {"sinh", "sinh"},
                                                                        {"cosh", "cosh"},
                                                                        {"tanh", "tanh"},
                                                                        {"power", "pow"},
                                                                        {"pow", "pow"},
                                                                        {"where", "ifelse"},
                                                                        {"maximum", "pmax"},
                                                                        {"minimum", "pmin"},
                                                                        {"isnan", "is.na"},
                                                                        {"isfinite", "is.finite"},
                                                                        {"isinf", "is.infinite"},
                                                                        {"isin", "%in%"},
                                                                        {"logical_and", "&"},
                                                                        {"logical_or", "|"},
                                                                        {"logical_not", "!"}};
    const auto found = kNames.find(text.substr(dot + 1));
    if (found != kNames.end()) return found->second;
    lexer_.fail(
        position,
        text +
            "() is not in the portable subset; write a function of R, or use a function of Python "
            "(transform_function)");
  }

  Lexer lexer_;
  Token token_;
  int depth_ = 0;
};

bool is_infix(const std::string& function) {
  static const std::unordered_set<std::string> kInfix = {"+",    "-", "*",  "/",  "^",  "%%", "%/%",
                                                         "%in%", ":", "==", "!=", "<",  "<=", ">",
                                                         ">=",   "&", "&&", "|",  "||", "~"};
  return kInfix.contains(function);
}

bool is_spaced(const std::string& function) { return function != "^" && function != ":"; }

/// A name that parse_expression reads back as a name without backticks.
bool is_syntactic(const std::string& name) {
  static const std::unordered_set<std::string> kReserved = {
      "TRUE",  "FALSE", "T",           "F",        "True",          "False",  "NULL",
      "None",  "NA",    "NA_integer_", "NA_real_", "NA_character_", "Inf",    "NaN",
      "pi",    "if",    "else",        "for",      "while",         "repeat", "function",
      "break", "next",  "in",          "not",      "and",           "or",     "lambda"};
  if (name.empty() || kReserved.contains(name)) return false;
  if (!is_letter(name[0]) && name[0] != '.') return false;
  if (name[0] == '.' && name.size() > 1 && is_digit(name[1])) return false;
  return std::all_of(name.begin(), name.end(), is_name_part);
}

std::string quoted_text(const std::string& text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote || c == '\\') {
      out += '\\', out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      constexpr std::string_view kHex = "0123456789abcdef";
      out += "\\x";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 15];
    } else {
      out += c;
    }
  }
  return out += quote;
}

std::string deparse_name(const std::string& name) {
  return is_syntactic(name) ? name : quoted_text(name, '`');
}

}  // namespace

Expression::~Expression() {
  // Chains such as a + b + c ... are as deep as they are long: unlink them one by one, not by
  // recursion.
  std::vector<Argument> doomed = std::move(arguments);
  while (!doomed.empty()) {
    const auto last = std::move(doomed.back());
    doomed.pop_back();
    if (!last.value || last.value.use_count() != 1) continue;
    // The only owner may take it apart; nodes are made non-const.
    auto& below = const_cast<Expression&>(*last.value).arguments;
    for (auto& argument : below) doomed.push_back(std::move(argument));
    below.clear();
  }
}

ExpressionPtr parse_expression(std::string_view text, std::string_view what) {
  if (text.size() > kMaxLength)
    throw InvalidArgument(std::string(what) + ": the expression has " +
                          std::to_string(text.size()) + " characters; at most " +
                          std::to_string(kMaxLength) + " are accepted");
  return Parser(text, what).whole();
}

std::string deparse(const Expression& expression) {
  using Kind = Expression::Kind;
  std::string out;
  std::vector<std::variant<std::string, const Expression*>> todo{&expression};  // last first
  while (!todo.empty()) {
    const auto item = std::move(todo.back());
    todo.pop_back();
    if (const auto* text = std::get_if<std::string>(&item)) {
      out += *text;
      continue;
    }
    const auto& node = *std::get<const Expression*>(item);
    const auto& arguments = node.arguments;
    switch (node.kind) {
      case Kind::kNumber:
        out += node.text.empty() ? exact_text(node.number) : node.text;
        continue;
      case Kind::kInteger:
        out += std::to_string(static_cast<std::int64_t>(node.number)) + "L";
        continue;
      case Kind::kString:
        out += quoted_text(node.text, '"');
        continue;
      case Kind::kLogical:
        out += node.number != 0 ? "TRUE" : "FALSE";
        continue;
      case Kind::kMissing:
        out += node.text.empty() ? "NA" : node.text;
        continue;
      case Kind::kNull:
        out += "NULL";
        continue;
      case Kind::kName:
        out += deparse_name(node.text);
        continue;
      case Kind::kCall:
        break;
    }
    if (node.text == "(" && arguments.size() == 1) {
      out += "(";
      todo.emplace_back(")");
      todo.emplace_back(arguments[0].value.get());
    } else if ((node.text == "[" || node.text == "[[") && arguments.size() == 2) {
      todo.emplace_back(node.text == "[" ? "]" : "]]");
      todo.emplace_back(arguments[1].value.get());
      if (!arguments[1].name.empty()) todo.emplace_back(deparse_name(arguments[1].name) + " = ");
      todo.emplace_back(node.text);
      todo.emplace_back(arguments[0].value.get());
    } else if (node.text == "$" && arguments.size() == 2) {
      todo.emplace_back("$" + deparse_name(arguments[1].value->text));
      todo.emplace_back(arguments[0].value.get());
    } else if (is_infix(node.text) && arguments.size() == 2) {
      todo.emplace_back(arguments[1].value.get());
      todo.emplace_back(is_spaced(node.text) ? " " + node.text + " " : node.text);
      todo.emplace_back(arguments[0].value.get());
    } else if ((node.text == "-" || node.text == "+" || node.text == "!" || node.text == "~") &&
               arguments.size() == 1) {
      out += node.text;
      todo.emplace_back(arguments[0].value.get());
    } else {
      out += is_syntactic(node.text) || node.text == "F" || node.text == "T"
                 ? node.text
                 : quoted_text(node.text, '`');
      out += "(";
      todo.emplace_back(")");
      for (std::size_t i = arguments.size(); i-- > 0;) {
        todo.emplace_back(arguments[i].value.get());
        if (!arguments[i].name.empty()) todo.emplace_back(deparse_name(arguments[i].name) + " = ");
        if (i > 0) todo.emplace_back(", ");
      }
    }
  }
  return out;
}

std::vector<std::string> variables_of(const Expression& expression) {
  std::vector<std::string> names;
  std::unordered_set<std::string> seen;
  std::vector<const Expression*> todo{&expression};  // last first
  while (!todo.empty()) {
    const auto& node = *todo.back();
    todo.pop_back();
    if (node.kind == Expression::Kind::kName) {
      if (seen.insert(node.text).second) names.push_back(node.text);
    } else {
      for (auto argument = node.arguments.rbegin(); argument != node.arguments.rend(); ++argument)
        todo.push_back(argument->value.get());
    }
  }
  return names;
}

}  // namespace insitu
