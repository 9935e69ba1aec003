package org.insitu.hadoop;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.api.protocolrecords.ApplicationsRequestScope;
import org.apache.hadoop.yarn.api.protocolrecords.GetApplicationsRequest;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.NodeReport;
import org.apache.hadoop.yarn.api.records.NodeState;
import org.apache.hadoop.yarn.api.records.QueueInfo;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.insitu.gateway.UserError;
import org.insitu.worker.ErrorCode;
import org.insitu.worker.Named;

/** The ResourceManager of YARN: it alone knows of every application, however that application's own master fares. */
final class Cluster {
  private final YarnClient client;
  private final Configuration configuration;
  private long largest; // MB, of the nodes

  /** Throws UserError where no task could ever run there. */
  Cluster(Configuration base) {
    configuration = new Configuration(base);
    JobKeys.setUnlessSet(configuration, "yarn.resourcemanager.connect.max-wait.ms", "30000");
    JobKeys.setUnlessSet(configuration, "yarn.resourcemanager.connect.retry-interval.ms", "1000");
    configuration.set("yarn.client.application-client-protocol.poll-interval-ms", "100");
    configuration.set("yarn.timeline-service.enabled", "false"); // nothing is asked of it
    client = YarnClient.createYarnClient();
    client.init(configuration);
    client.start();
    try {
      check();
    } catch (UserError failure) {
      client.stop();
      throw failure;
    }
  }

  private void check() {
    List<NodeReport> nodes;
    try {
      nodes = nodes();
    } catch (IOException failure) {
      throw new UserError(ErrorCode.WORKER, "the ResourceManager of YARN at " + address() + " does not answer: "
          + Failures.said(failure));
    }
    if (nodes.isEmpty()) {
      throw new UserError(ErrorCode.WORKER, "YARN has no healthy NodeManager (" + address() + "): no job could run; look at "
          + "the web page of the ResourceManager for what the nodes say");
    }
    largest = nodes.stream().mapToLong(node -> node.getCapability().getMemorySize()).max().orElse(0);
    int wanted = JobKeys.mapMemory(configuration);
    int master = configuration.getInt(MasterKeys.MEMORY, JobKeys.MASTER_MEMORY);
    if (wanted > largest) {
      throw new UserError(ErrorCode.WORKER, "a map task asks for " + wanted + " MB, and the largest node of YARN has " + largest
          + " MB for containers: ask for less with " + Named.of("mapMemory") + " (mapreduce.map.memory.mb)");
    }
    if (master > largest) {
      throw new UserError(ErrorCode.WORKER, "the master of a job asks for " + master + " MB, and the largest node of YARN has "
          + largest + " MB for containers: lower yarn.app.mapreduce.am.resource.mb in " + Named.of("hadoopSwitches"));
    }
  }

  /** MB that a container can have at most. */
  long largestContainer() {
    return Math.min(largest, configuration.getLong("yarn.scheduler.maximum-allocation-mb", 8192));
  }

  private String address() {
    return configuration.get("yarn.resourcemanager.address", "?");
  }

  private List<NodeReport> nodes() throws IOException {
    try {
      return client.getNodeReports(NodeState.RUNNING);
    } catch (YarnException failure) {
      throw new IOException(failure);
    }
  }

  /** How many map tasks the nodes hold beside a master. */
  int parallelism() throws IOException {
    int memory = Math.max(1, JobKeys.mapMemory(configuration));
    int cores = Math.max(1, configuration.getInt("mapreduce.map.cpu.vcores", 1));
    int master = configuration.getInt(MasterKeys.MEMORY, JobKeys.MASTER_MEMORY);
    int tasks = 0;
    boolean hasRoom = false; // for the master, on one of them
    for (NodeReport node : nodes()) {
      long most = node.getCapability().getMemorySize();
      long own = Math.min(most / memory, node.getCapability().getVirtualCores() / cores);
      hasRoom |= most - own * memory >= master && own * cores < node.getCapability().getVirtualCores();
      tasks += (int) own;
    }
    return Math.max(1, hasRoom ? tasks : tasks - 1);
  }

  ApplicationReport report(ApplicationId application) throws IOException {
    try {
      return client.getApplicationReport(application);
    } catch (YarnException failure) {
      throw new IOException(failure);
    }
  }

  /** This user's applications that have this tag and have not ended. */
  List<ApplicationId> running(String tag) throws IOException {
    GetApplicationsRequest request = GetApplicationsRequest.newInstance(ApplicationsRequestScope.OWN);
    request.setApplicationTags(Set.of(tag));
    request.setApplicationStates(EnumSet.complementOf(EnumSet.of(YarnApplicationState.FINISHED, YarnApplicationState.FAILED,
        YarnApplicationState.KILLED)));
    try {
      return client.getApplications(request).stream().map(ApplicationReport::getApplicationId).toList();
    } catch (YarnException failure) {
      throw new IOException(failure);
    }
  }

  void kill(ApplicationId application) throws IOException {
    try {
      client.killApplication(application, "ended by the client that began it");
    } catch (YarnException failure) {
      throw new IOException(failure);
    }
  }

  int healthyNodes() throws IOException {
    return nodes().size();
  }

  /** MB that the applications of a queue wait for; -1: it does not say. */
  long pendingMemory(String queue) throws IOException {
    try {
      QueueInfo info = client.getQueueInfo(queue);
      return info == null || info.getQueueStatistics() == null ? -1 : info.getQueueStatistics().getPendingMemoryMB();
    } catch (YarnException failure) {
      throw new IOException(failure);
    }
  }

  void close() {
    client.stop();
  }
}
