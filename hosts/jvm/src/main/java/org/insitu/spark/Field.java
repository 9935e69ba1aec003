package org.insitu.spark;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.insitu.worker.ColumnType;
import org.insitu.worker.Json;

/**
 * A column of Spark's and what it is in the engine. A long that is a POSIXct counts nanoseconds.
 * `ordinal` is its place among the columns of the data set.
 */
record Field(String name, int ordinal, DataType sparkType, ColumnType type)
    implements Serializable {

  /** As src/data/schema_json.hpp has it. */
  static ArrayNode schema(List<Field> fields) {
    ArrayNode schema = Json.array();
    for (Field field : fields) {
      schema.addObject().put("name", field.name).put("type", field.type.typeName());
    }
    return schema;
  }

  Field at(int place) {
    return new Field(name, place, sparkType, type);
  }
}
