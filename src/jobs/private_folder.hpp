#pragma once
// A folder that only its owner can look into, and files in it: what is written there is read back
// by other processes of the same user and by nobody else. Everything is reached through a
// descriptor of the folder, links are never followed, and what is not the user's own, or open to
// others, is refused: bytes from here may become code of a language.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace insitu {

class PrivateFolder {
 public:
  /// Opens the folder, making it and the folders around it where they are missing. Throws DataError
  /// where that cannot be, for a folder of another user, and for one in which others may write.
  static PrivateFolder make(const std::string& path);
  /// Nothing: there is none. Throws as make() does.
  static std::optional<PrivateFolder> find(const std::string& path);
  ~PrivateFolder();
  PrivateFolder(PrivateFolder&&) noexcept;
  PrivateFolder& operator=(PrivateFolder&&) = delete;

  const std::string& path() const { return path_; }
  /// Names in it, sorted.
  std::vector<std::string> names() const;
  /// A folder in it that nobody else can look into. Nothing: there is none. Throws DataError for
  /// links, other kinds of files, and one that others can look into.
  std::optional<PrivateFolder> folder(const std::string& name) const;
  /// Throws DataError also where something has that name.
  PrivateFolder make_folder(const std::string& name) const;
  bool has(const std::string& name) const;
  /// A descriptor of a regular file of the user's own, to be closed by the caller; -1: there is
  /// none. Throws DataError for links and for what others may write.
  int open(const std::string& name) const;
  /// A new file with mode 0600; a descriptor to write.
  int create(const std::string& name) const;
  /// The bytes of a file. Nothing: there is none. Throws DataError for more than `most` bytes.
  std::optional<Bytes> read(const std::string& name, std::uint64_t most) const;
  /// The last bytes of a file, at most `most`; "" where there is none.
  Bytes read_end(const std::string& name, std::uint64_t most) const;
  /// Puts a file in place: whoever reads sees the old one or the new one.
  void write(const std::string& name, std::string_view bytes) const;
  /// Removes a file, or a folder with what is in it; links are removed, not followed.
  void remove(const std::string& name) const;
  /// Gives an entry another name that nothing has. False: something has it.
  bool rename(const std::string& from, const std::string& to) const;

 private:
  PrivateFolder(int descriptor, std::string path)
      : descriptor_(descriptor), path_(std::move(path)) {}

  int descriptor_;
  std::string path_;
};

/// A descriptor that is closed in the end.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  int get() const { return number_; }
  int release() {
    const int number = number_;
    number_ = -1;
    return number;
  }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

/// Writes all bytes. Throws DataError that names the file.
void write_all(int descriptor, std::string_view bytes, const std::string& shown);

}  // namespace insitu
