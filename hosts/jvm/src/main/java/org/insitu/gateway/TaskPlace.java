package org.insitu.gateway;

import org.apache.hadoop.conf.Configuration;

/** Where a task runs: through what its worker reads files, and how many cores it has. */
public record TaskPlace(Configuration files, int cores) {}
