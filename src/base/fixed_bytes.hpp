#pragma once
// What is known of the bytes of a type that lists its fields (base/bytes.hpp): how many they are
// where that does not depend on the value, and whether a value lies in memory as it is written.
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace insitu {

template <class T>
concept HasFields = requires {
  T::fields;
};

template <class T>
concept Scalar = std::is_arithmetic_v<T> || std::is_enum_v<T>;

template <class T>
constexpr std::size_t fixed_bytes();
template <class T>
constexpr bool may_lie_as_written();

namespace layout {

template <class Member>
using Type = std::remove_cvref_t<Member>;

template <class T>
inline constexpr bool kIsPair = false;
template <class A, class B>
inline constexpr bool kIsPair<std::pair<A, B>> = true;

/// The sum of the sizes; 0 if one of them is.
template <class... Sizes>
constexpr std::size_t sum_unless_zero(Sizes... sizes) {
  return (... && (sizes > 0)) ? (std::size_t{0} + ... + sizes) : 0;
}

}  // namespace layout

/// How many bytes each value of the type takes when it is written; 0 where that depends on the
/// value, as with texts and vectors.
template <class T>
constexpr std::size_t fixed_bytes() {
  if constexpr (Scalar<T>) {
    return sizeof(T);
  } else if constexpr (layout::kIsPair<T>) {
    return layout::sum_unless_zero(fixed_bytes<typename T::first_type>(),
                                   fixed_bytes<typename T::second_type>());
  } else if constexpr (HasFields<T>) {
    return std::apply(
        [](auto... member) {
          return layout::sum_unless_zero(
              fixed_bytes<layout::Type<decltype(std::declval<T&>().*member)>>()...);
        },
        T::fields);
  } else {
    return 0;
  }
}

/// Whether values of the type can lie in memory as they are written: numbers, and structs of them
/// without gaps. A bool is none: bytes from outside may be neither 0 nor 1.
template <class T>
constexpr bool may_lie_as_written() {
  if constexpr (Scalar<T>) {
    return !std::is_same_v<T, bool>;
  } else if constexpr (HasFields<T> && std::is_trivially_copyable_v<T>) {
    return fixed_bytes<T>() == sizeof(T) &&
           std::apply(
               [](auto... member) {
                 return (... &&
                         may_lie_as_written<layout::Type<decltype(std::declval<T&>().*member)>>());
               },
               T::fields);
  } else {
    return false;
  }
}

/// Whether they do: the listed members follow each other in memory, too. Compilers know the answer.
template <class T>
bool lies_as_written() {
  static_assert(may_lie_as_written<T>());
  if constexpr (HasFields<T>) {
    const T sample{};
    const auto* at = reinterpret_cast<const char*>(&sample);
    bool in_order = true;
    const auto look = [&]<class Member>(const Member& member) {
      if constexpr (HasFields<Member>) in_order = in_order && lies_as_written<Member>();
      in_order = in_order && reinterpret_cast<const char*>(&member) == at;
      at += sizeof(Member);
    };
    std::apply([&](auto... member) { (look(sample.*member), ...); }, T::fields);
    return in_order;
  } else {
    return true;
  }
}

}  // namespace insitu
