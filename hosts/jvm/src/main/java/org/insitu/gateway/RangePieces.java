package org.insitu.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Serializable;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;

/**
 * The pieces of rows that workers cut for EXCHANGE, each of one range of groups (src/shaping/range_pieces.hpp): where each belongs among
 * all of them, as one number by which a shuffle sorts. Nothing here looks into a row.
 */
public record RangePieces(int ranges) implements Serializable {
  private static final long serialVersionUID = 1;
  /** A piece's place as one number: its range, its split, its chunk. */
  private static final int SPLIT_BITS = 32;
  private static final int CHUNK_BITS = 18;
  private static final int MOST_RANGES = 1 << 12;

  /** From the argument "ranges" of a call. */
  public static RangePieces of(Call call) {
    int ranges = call.arguments().path("ranges").asInt(0);
    if (ranges < 1 || ranges >= MOST_RANGES) {
      throw UserError.argument("EXCHANGE needs 'ranges', from 1 to " + (MOST_RANGES - 1));
    }
    return new RangePieces(ranges);
  }

  /** The place of a piece, by the document of its OUT frame. */
  public long place(ObjectNode piece) throws IOException {
    long split = piece.path("split").asLong(-1);
    long number = piece.path("chunk").asLong(-1);
    long chunk = number / ranges;
    if (split < 0 || number < 0 || split >> SPLIT_BITS != 0 || chunk >> CHUNK_BITS != 0) {
      throw new IOException("a piece of rows has no place: split " + split + ", chunk " + number);
    }
    return (number % ranges) << SPLIT_BITS + CHUNK_BITS | split << CHUNK_BITS | chunk;
  }

  public static int rangeOf(long place) {
    return (int) (place >> SPLIT_BITS + CHUNK_BITS);
  }

  /** The frame that a file of rows begins with. `asked`: the document of what wants them, with their "schema". */
  public static byte[] header(JsonNode asked) {
    ObjectNode header = Json.object();
    header.set("schema", asked.path("schema"));
    return Frame.encode(FrameType.DATA, header);
  }

  /** The range that a batch of an EXEC works on. */
  public static int rangeOf(Call call, Batches.Batch batch, int known) {
    int range = call.arguments().path("ranges").path((int) batch.first()).asInt(-1);
    if (range < 0 || range >= known) throw UserError.argument("EXEC names a range that was not exchanged");
    return range;
  }
}
