package org.insitu.hadoop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.insitu.gateway.UserError;

/** What the client has written into `settings.json` (docs/worker.md, "Hadoop"). Amounts of memory are MB, 0: the cluster's own. */
record Settings(Map<String, String> configuration, List<String> files, List<String> archives, List<String> jars, String shareDir,
    String jar, String uber, String reduceMethod, int mapMemory, int reduceMemory, String jobTag, boolean runAsUser,
    long queuePatience) {
  private static final long QUEUE_PATIENCE_SECONDS = 60;

  static Settings of(ObjectNode document) {
    Map<String, String> configuration = new LinkedHashMap<>();
    document.path("configuration").properties().forEach(entry ->
        configuration.put(entry.getKey(), entry.getValue().asText()));
    return new Settings(configuration, list(document, "files"), list(document, "archives"), list(document, "jars"),
        document.path("hdfsShareDir").asText(""), document.path("jar").asText(""),
        oneOf(document, "uber", List.of("auto", "yes", "no")),
        oneOf(document, "reduceMethod", Reduction.METHODS), document.path("mapMemory").asInt(0),
        document.path("reduceMemory").asInt(0), document.path("jobTag").asText(""),
        document.path("runAsUserMode").asBoolean(false),
        document.path("queuePatience").asLong(QUEUE_PATIENCE_SECONDS));
  }

  private static List<String> list(ObjectNode document, String name) {
    List<String> words = new ArrayList<>();
    for (JsonNode word : document.path(name)) words.add(word.asText());
    return words;
  }

  private static String oneOf(ObjectNode document, String name, List<String> known) {
    String value = document.path(name).asText("auto");
    if (!known.contains(value)) {
      throw UserError.argument("unknown " + name + ": '" + value + "'; known: " + String.join(", ", known));
    }
    return value;
  }
}
