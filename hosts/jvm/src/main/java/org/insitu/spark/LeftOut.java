package org.insitu.spark;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;
import org.insitu.worker.Json;

/** A column that the engine cannot read, with the name of its type. */
record LeftOut(String name, String type) {
  static ArrayNode list(List<LeftOut> columns) {
    ArrayNode list = Json.array();
    for (LeftOut column : columns) {
      list.addObject().put("name", column.name).put("type", column.type);
    }
    return list;
  }
}
