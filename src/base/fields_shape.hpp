#pragma once
// What a struct that lists its fields (base/bytes.hpp) is made of: names, types and their order, as
// a text. Two builds whose texts are equal read each other's bytes.
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"

namespace insitu {

namespace shape {

/// "frame" for &LinMod::frame, from what the compiler calls it.
template <auto kMember>
std::string_view name_of_member() {
  std::string_view said =
      __PRETTY_FUNCTION__;  // "... [with auto kMember = &insitu::LinMod::frame; ...]"
  said.remove_prefix(said.find("kMember = "));
  said = said.substr(0, said.find_first_of(";]"));
  while (!said.empty() && (said.back() == ')' || said.back() == ' ')) said.remove_suffix(1);
  return said.substr(said.rfind("::") + 2);
}

/// Where a type stands that holds itself, it is named by how far outside its description begins.
struct Outer {
  const void* type;
  const Outer* next;
};

template <class T>
inline constexpr char kTypeMark = 0;

template <class T>
struct Of;

template <class T>
void append(std::string& text, const Outer* outer) {
  if constexpr (std::is_enum_v<T>) {
    text += 'e' + std::to_string(sizeof(T));
  } else if constexpr (std::is_arithmetic_v<T>) {
    text += std::is_floating_point_v<T> ? 'f' : std::is_signed_v<T> ? 'i' : 'u';
    text += std::to_string(sizeof(T));
  } else if constexpr (HasFields<T>) {
    int depth = 0;
    for (const auto* each = outer; each; each = each->next, ++depth)
      if (each->type == &kTypeMark<T>) {
        text += '^' + std::to_string(depth);
        return;
      }
    const Outer here{&kTypeMark<T>, outer};
    text += '{';
    [&]<std::size_t... kPlaces>(std::index_sequence<kPlaces...>) {
      const auto member = [&]<std::size_t kPlace>() {
        constexpr auto kField = std::get<kPlace>(T::fields);
        text.append(name_of_member<kField>()) += ':';
        using Member = std::remove_cvref_t<decltype(std::declval<T&>().*kField)>;
        append<Member>(text, &here);
        text += ';';
      };
      (member.template operator()<kPlaces>(), ...);
    }
    (std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<decltype(T::fields)>>>());
    text += '}';
  } else {
    Of<T>::append(text, outer);
  }
}

template <>
struct Of<std::string> {
  static void append(std::string& text, const Outer*) { text += 's'; }
};
template <class T>
struct Of<std::vector<T>> {
  static void append(std::string& text, const Outer* outer) {
    text += '[';
    shape::append<T>(text, outer);
    text += ']';
  }
};
template <class K, class V>
struct Of<std::map<K, V>> {
  static void append(std::string& text, const Outer* outer) {
    text += "map(";
    shape::append<K>(text, outer);
    text += ',';
    shape::append<V>(text, outer);
    text += ')';
  }
};
template <class A, class B>
struct Of<std::pair<A, B>> {
  static void append(std::string& text, const Outer* outer) {
    text += '(';
    shape::append<A>(text, outer);
    text += ',';
    shape::append<B>(text, outer);
    text += ')';
  }
};
template <class T>
struct Of<std::optional<T>> {
  static void append(std::string& text, const Outer* outer) {
    text += '?';
    shape::append<T>(text, outer);
  }
};

}  // namespace shape

/// "{n:f8;levels:[s];}"
template <HasFields T>
std::string fields_shape() {
  std::string text;
  shape::append<T>(text, nullptr);
  return text;
}

}  // namespace insitu
