package io.vireo.itest;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs tests where there is no Maven, that is in a guest, and tells on standard output which class
 * ends when, what failed, and how many tests there were.
 */
final class GuestTests {
  private GuestTests() {}

  /**
   * Runs the tests and ends the JVM, with status 0 when all succeeded.
   *
   * @param args names of packages; with a hyphen before it, the name of a class or method to leave
   *     out
   */
  public static void main(String[] args) {
    List<String> excluded =
        Arrays.stream(args).filter(a -> a.startsWith("-")).map(a -> a.substring(1)).toList();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                Arrays.stream(args)
                    .filter(a -> !a.startsWith("-"))
                    .map(name -> selectPackage(name))
                    .toList())
            .filters(EngineFilter.includeEngines("junit-jupiter"))
            .filters(
                (PostDiscoveryFilter)
                    test -> FilterResult.includedIf(!isNamed(test.getUniqueId() + "", excluded)))
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, listener, new Progress());
    report(listener.getSummary());
    System.exit(listener.getSummary().getTotalFailureCount() == 0 ? 0 : 1);
  }

  /** In a unique ID a class ends with a bracket, a method with a parenthesis. */
  private static boolean isNamed(String id, List<String> names) {
    return names.stream().anyMatch(name -> id.matches(".*[.:#]" + name + "[\\](].*"));
  }

  private static void report(TestExecutionSummary summary) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    summary.printFailuresTo(out, 10);
    out.printf(
        "tests: %d succeeded, %d failed, %d aborted, %d skipped%n",
        summary.getTestsSucceededCount(),
        summary.getTotalFailureCount(),
        summary.getTestsAbortedCount(),
        summary.getTestsSkippedCount());
  }

  private static final class Progress implements TestExecutionListener {
    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
        System.out.println(result.getStatus() + " " + test.getUniqueId());
      } else if (test.getUniqueIdObject().getLastSegment().getType().equals("class")) {
        System.out.println(test.getDisplayName());
      }
    }
  }
}
