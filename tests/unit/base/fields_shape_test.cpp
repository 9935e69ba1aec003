#include "base/fields_shape.hpp"

#include <gtest/gtest.h>

namespace insitu {
namespace {

enum class Colour : std::int32_t { kRed };

struct Point {
  double x = 0;
  float y = 0;
  static constexpr auto fields = std::tuple{&Point::x, &Point::y};
};

struct Turned {
  double x = 0;
  float y = 0;
  static constexpr auto fields = std::tuple{&Turned::y, &Turned::x};
};

struct Tree {
  Colour colour{};
  std::vector<Tree> children;
  std::map<std::string, std::pair<bool, std::optional<Point>>> notes;
  static constexpr auto fields = std::tuple{&Tree::colour, &Tree::children, &Tree::notes};
};

TEST(FieldsShape, NamesTypesAndOrderAreTold) {
  EXPECT_EQ(fields_shape<Point>(), "{x:f8;y:f4;}");
  EXPECT_EQ(fields_shape<Turned>(), "{y:f4;x:f8;}");
  EXPECT_EQ(fields_shape<Tree>(), "{colour:e4;children:[^0];notes:map(s,(u1,?{x:f8;y:f4;}));}");
}

}  // namespace
}  // namespace insitu
