package org.insitu.worker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Names for columns that repeat them or have none, as src/base/unique_names.hpp makes them. */
public final class UniqueNames {
  private UniqueNames() {}

  /** Empty names become V1, V2, ... by their position; repeated ones get .1, .2, ... */
  public static List<String> of(List<String> names) {
    List<String> unique = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    Map<String, Integer> last = new HashMap<>();
    for (String given : names) {
      String base = given.isEmpty() ? "V" + (unique.size() + 1) : given;
      String name = base;
      while (!taken.add(name)) name = base + "." + last.merge(base, 1, Integer::sum);
      unique.add(name);
    }
    return unique;
  }
}
