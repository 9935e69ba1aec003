package org.insitu.spark;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Files that were opened, as tables that can be read again by whichever client opens them next:
 * schema, footers and plan take longer than many a pass. Files that have changed are opened anew.
 */
final class OpenFiles {
  private static final int MOST = 64;

  private record Entry(String state, Table table) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true) {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Entry> eldest) {
      return size() > MOST;
    }
  };

  /** Null where there is none, or one of files that were others. */
  synchronized Table find(String key, String state) {
    Entry known = entries.get(key);
    return known != null && known.state.equals(state) ? known.table : null;
  }

  /** `state`: of the files before they were opened, so that a change meanwhile is seen the next time. */
  synchronized void put(String key, String state, Table table) {
    entries.put(key, new Entry(state, table));
  }
}
