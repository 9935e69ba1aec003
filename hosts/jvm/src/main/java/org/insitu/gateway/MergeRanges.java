package org.insitu.gateway;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Ranges of splits whose states are merged together before they go to the client: about the square root of the number of tasks, but
 * each as wide as a node of the tree, so that most of what can be merged lies together.
 */
public record MergeRanges(long width, int count) {

  public static MergeRanges of(long lastSplit, int tasks) {
    long wanted = (long) Math.ceil(Math.sqrt(tasks));
    long width = (lastSplit + wanted) / wanted;
    width = Math.max(1, Long.highestOneBit(2 * width - 1));
    return new MergeRanges(width, Math.toIntExact(lastSplit / width + 1));
  }

  /** One for all of them. */
  public static MergeRanges whole(long lastSplit) {
    return new MergeRanges(Math.max(1, lastSplit + 1), 1);
  }

  /** The first split of a node, by the document of its STATE frame. */
  public static long firstSplit(JsonNode node) {
    return node.path("index").asLong() << node.path("level").asInt();
  }

  /** The range of a node that begins with this split. */
  public int rangeOf(long firstSplit) {
    return (int) (firstSplit / width);
  }
}
