package org.insitu.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** The JSON documents of frames, with the Jackson that the platform ships. */
public final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  public static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  public static byte[] bytes(JsonNode document) {
    try {
      return MAPPER.writeValueAsBytes(document);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** The document of a frame; an empty one where the frame has none. */
  public static ObjectNode parse(byte[] utf8) throws ProtocolException {
    if (utf8.length == 0) return object();
    try {
      if (MAPPER.readTree(utf8) instanceof ObjectNode document) return document;
      throw new ProtocolException("the document of a frame is no JSON object");
    } catch (IOException failure) {
      throw new ProtocolException("the document of a frame cannot be read: "
          + failure.getMessage().lines().findFirst().orElse(""));
    }
  }

  /** An array that was written by bytes(). */
  public static ArrayNode parseArray(byte[] utf8) throws ProtocolException {
    try {
      if (MAPPER.readTree(utf8) instanceof ArrayNode array) return array;
    } catch (IOException failure) {
      // Said below.
    }
    throw new ProtocolException("a list cannot be read");
  }
}
