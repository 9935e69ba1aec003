package org.insitu.worker;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Rows that a worker gives, on their way to another one. */
public final class RowFrames {
  private RowFrames() {}

  /** An OUT frame as the BLOCK frame that brings the same rows to a worker. */
  public static byte[] asBlock(Frame out) throws ProtocolException {
    ObjectNode document = out.document();
    ObjectNode block = Json.object();
    block.set("split", document.path("split"));
    block.put("firstRow", document.path("firstRow").asLong(-1));
    block.put("last", document.path("last").asBoolean(false));
    return new Frame(FrameType.BLOCK, 0, Json.bytes(block), out.payload()).encode();
  }
}
