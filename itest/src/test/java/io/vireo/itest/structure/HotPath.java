package io.vireo.itest.structure;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaMethod;
import io.vireo.reactor.Poller;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a reactor's lap can reach: from every {@link Poller#poll}, through every call, into every
 * class that may stand behind the called type. More than what ever happens, never less but for
 * lambdas that are handed over.
 */
final class HotPath {
  private static final String OURS = "io.vireo.";
  private static final Set<String> BOXES =
      Set.of("Boolean", "Byte", "Character", "Short", "Integer", "Long", "Float", "Double");

  /** Each method that is reached, with one that calls it. */
  private final Map<JavaCodeUnit, JavaCodeUnit> callers = new LinkedHashMap<>();

  HotPath(Iterable<JavaClass> classes) {
    Deque<JavaCodeUnit> todo = new ArrayDeque<>();
    for (JavaClass c : classes) {
      if (c.isAssignableTo(Poller.class)) {
        c.tryGetMethod("poll").ifPresent(poll -> reach(poll, poll, todo));
      }
    }
    while (!todo.isEmpty()) {
      JavaCodeUnit unit = todo.remove();
      for (JavaCall<?> call : unit.getCallsFromSelf()) {
        targets(call).forEach(target -> reach(target, unit, todo));
      }
    }
  }

  private void reach(JavaCodeUnit unit, JavaCodeUnit caller, Deque<JavaCodeUnit> todo) {
    if (callers.putIfAbsent(unit, caller) == null) {
      todo.add(unit);
    }
  }

  /** The methods that a call may come to: of the type it names, those above and those below. */
  private static Stream<JavaMethod> targets(JavaCall<?> call) {
    JavaClass owner = call.getTargetOwner();
    if (!owner.getName().startsWith(OURS)) {
      return Stream.empty();
    }
    Set<JavaClass> candidates = new HashSet<>(owner.getAllSubclasses());
    candidates.add(owner);
    candidates.addAll(owner.getAllRawSuperclasses());
    candidates.addAll(owner.getAllRawInterfaces());
    String[] parameters =
        call.getTarget().getRawParameterTypes().stream()
            .map(JavaClass::getName)
            .toArray(String[]::new);
    return candidates.stream().flatMap(c -> c.tryGetMethod(call.getName(), parameters).stream());
  }

  /** Whether the method of a class with that simple name is reached. */
  boolean reaches(String owner, String method) {
    return callers.keySet().stream()
        .anyMatch(
            unit -> unit.getOwner().getSimpleName().equals(owner) && unit.getName().equals(method));
  }

  /** What the rules of the hot path forbid, each as the way there. */
  List<String> violations() {
    Stream<JavaAccess<?>> calls =
        callers.keySet().stream()
            .flatMap(unit -> unit.getCallsFromSelf().stream())
            .filter(HotPath::isForbidden)
            .map(call -> call);
    // A method reference is an object, as a lambda is.
    Stream<JavaAccess<?>> references =
        callers.keySet().stream().flatMap(unit -> unit.getCodeUnitReferencesFromSelf().stream());
    return Stream.concat(calls, references)
        .map(access -> way(access.getOrigin()) + access.getTarget().getFullName())
        .distinct()
        .sorted()
        .toList();
  }

  /** Exceptions may be made: on the hot path they tell of a bug, never of a result. */
  private static boolean isForbidden(JavaCall<?> call) {
    if (call.isDeclaredInLambda()) {
      return true;
    }
    JavaClass owner = call.getTargetOwner();
    if (call instanceof JavaConstructorCall) {
      boolean ofSuperclass = call.getOrigin().isConstructor();
      return !ofSuperclass && !owner.isAssignableTo(Throwable.class);
    }
    return switch (owner.getPackageName()) {
      case "org.slf4j", "java.util.concurrent.locks", "java.util.stream" -> true;
      case "java.lang" ->
          (BOXES.contains(owner.getSimpleName()) && call.getName().equals("valueOf"))
              || (owner.isEquivalentTo(String.class) && call.getName().startsWith("format"));
      default -> false;
    };
  }

  private String way(JavaCodeUnit unit) {
    JavaCodeUnit caller = callers.get(unit);
    String step = unit.getOwner().getSimpleName() + "." + unit.getName() + " > ";
    return caller.equals(unit) ? step : way(caller) + step;
  }
}
