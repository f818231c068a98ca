package io.vireo.nvme.model;

import java.util.Map;

/**
 * What becomes of a command that was fetched: executed or not, and its end told once, twice,
 * wrongly or never, as the faults want. On whoever's thread steps the model.
 */
final class CommandExecution implements ModelQueues.Executor {
  /** When the end of a dropped command is told. */
  private static final long NEVER = Long.MAX_VALUE;

  private final ModelOptions options;
  private final Faults faults;
  private final ModelRegisters registers;
  private final ModelQueues queues;
  private final AdminCommands admin;
  private final Map<Integer, ModelNamespace> namespaces;
  private DataPointer pointer;
  private Command fusedFirst; // null: none waits for its second
  private long steps;
  private long fetchedIo;

  CommandExecution(
      ModelOptions options,
      Faults faults,
      ModelRegisters registers,
      ModelQueues queues,
      AdminCommands admin,
      Map<Integer, ModelNamespace> namespaces) {
    this.options = options;
    this.faults = faults;
    this.registers = registers;
    this.queues = queues;
    this.admin = admin;
    this.namespaces = namespaces;
  }

  /** The controller was disabled, or enabled. */
  void reset(DataPointer newPointer) {
    pointer = newPointer;
    fusedFirst = null;
  }

  /** The step that commands are fetched in from now on. */
  void step(long number) {
    steps = number;
  }

  /** How many I/O commands were dealt with. */
  long fetchedIo() {
    return fetchedIo;
  }

  @Override
  public void execute(Command command) {
    fetchedIo += command.isAdmin() ? 0 : 1;
    if (fusedFirst != null && (command.fuse() != 2 || command.sqId() != fusedFirst.sqId())) {
      end(fusedFirst, fusedFirst.commandId(), CommandFailure.MISSING_FUSED, 0, 0, false);
      fusedFirst = null;
    }
    if (command.fuse() == 1) {
      fusedFirst = command; // nothing is done before the second is there (Base 3.4.2)
    } else if (command.fuse() == 2) {
      int first = execute(fusedFirst, 0);
      execute(command, first == 0 ? 0 : CommandFailure.FAILED_FUSED);
      fusedFirst = null;
    } else {
      execute(command, 0);
    }
  }

  private int execute(Command command, int refusal) {
    if (command == null) {
      throw new AssertionError("second command of a fused operation without the first");
    }
    Faults.Verdict verdict = faults.verdict(command);
    return switch (verdict == null ? null : verdict.kind()) {
      case FATAL -> {
        faults.fatal(true);
        yield 0;
      }
      case GONE -> {
        faults.gone();
        yield 0;
      }
      case STATUS -> execute(command, null, verdict.value());
      case LOST -> 0;
      case null, default -> execute(command, verdict, refusal);
    };
  }

  private int execute(Command command, Faults.Verdict verdict, int refusal) {
    int status = refusal;
    long result = 0;
    try {
      if (status == 0) {
        result =
            command.isAdmin()
                ? admin.execute(command, pointer, registers.pageBytes())
                : executeIo(command);
      }
    } catch (CommandFailure e) {
      status = e.status();
    }
    if (result != AdminCommands.LATER) {
      tell(command, verdict, status, result);
    }
    return status;
  }

  private void tell(Command command, Faults.Verdict verdict, int status, long result) {
    int id = command.commandId();
    switch (verdict == null ? null : verdict.kind()) {
      case null -> end(command, id, status, result, 0, false);
      case STATUS, LOST, FATAL, GONE -> throw new AssertionError("was dealt with");
      case DELAY -> end(command, id, status, result, steps + verdict.value(), false);
      case DROP -> end(command, id, status, result, NEVER, false);
      case DUPLICATE -> {
        end(command, id, status, result, 0, false);
        end(command, id, status, result, 0, false);
      }
      case STRAY -> {
        end(command, id + verdict.value() & 0xffff, status, result, 0, false);
        end(command, id, status, result, 0, false);
      }
      case BAD_PHASE -> {
        end(command, id, status, result, 0, true);
        end(command, id, status, result, steps + verdict.value(), false);
      }
    }
  }

  private long executeIo(Command command) {
    if (!registers.entrySizesAreRight()) {
      throw new CommandFailure(CommandFailure.INVALID_FIELD);
    }
    if (command.psdt() > 1 || (command.psdt() == 1 && options.sgls() == 0)) {
      throw new CommandFailure(CommandFailure.INVALID_FIELD);
    }
    ModelNamespace namespace = namespaces.get(command.nsid());
    if (namespace == null) {
      throw new CommandFailure(CommandFailure.INVALID_NAMESPACE);
    }
    int maxBytes = options.mdts() == 0 ? 0 : 1 << (options.minPageShift() + options.mdts());
    return namespace.execute(command, pointer, maxBytes);
  }

  private void end(Command command, int id, int status, long result, long dueStep, boolean flaw) {
    queues.end(new ModelQueues.Ending(command, id, status, result, dueStep, flaw));
  }
}
