package org.insitu.gateway;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** Gives results on in the order of their places, as soon as all before them are there. */
public final class InOrder<T> {
  /** Takes the results, the first one first. */
  public interface Sink<T> {
    void accept(T result) throws IOException;
  }

  private final Sink<T> sink;
  private final Map<Integer, T> early = new TreeMap<>();
  private int next;

  public InOrder(Sink<T> sink) {
    this.sink = sink;
  }

  public void add(int place, T result) throws IOException {
    early.put(place, result);
    for (T turn; (turn = early.remove(next)) != null; next++) sink.accept(turn);
  }
}
