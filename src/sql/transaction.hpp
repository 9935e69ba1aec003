#pragma once
#include "sql/connection.hpp"

namespace insitu {

/// A transaction of a connection; rolled back unless it was committed.
class Transaction {
 public:
  explicit Transaction(SqlConnection& connection) : connection_(connection) { connection_.begin(); }
  ~Transaction() {
    if (!committed_) connection_.roll_back();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() {
    connection_.commit();
    committed_ = true;
  }

 private:
  SqlConnection& connection_;
  bool committed_ = false;
};

}  // namespace insitu
